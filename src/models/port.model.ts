import {Entity, model, property} from '@loopback/repository';

/** A NIC of a node, with those columns of Ironic's `ports` that are used. */
@model({
  // A host may have a model of the plain name on the same data source.
  name: 'IronicPort',
  settings: {strict: true, mysql: {table: 'ports'}},
})
export class Port extends Entity {
  @property({type: 'number', id: true})
  id: number;

  /** MAC address, lower case with colons; unique. */
  @property({type: 'string', required: true})
  address: string;

  @property({
    type: 'number',
    mysql: {columnName: 'node_id'},
  })
  nodeId: number;

  constructor(data?: Partial<Port>) {
    super(data);
  }
}
