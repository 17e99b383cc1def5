import {Entity, model, property} from '@loopback/repository';

/** A node, with those columns of Ironic's `nodes` that are used. */
@model({
  // A host may have a model of the plain name on the same data source.
  name: 'IronicNode',
  settings: {strict: true, mysql: {table: 'nodes'}},
})
export class Node extends Entity {
  @property({type: 'number', id: true})
  id: number;

  @property({type: 'string', required: true})
  uuid: string;

  @property({type: 'string'})
  name?: string | null;

  /** The hardware type. */
  @property({type: 'string'})
  driver?: string | null;

  @property({
    type: 'string',
    default: '',
    mysql: {columnName: 'conductor_group'},
  })
  conductorGroup: string;

  /** As in `ironic.common.states`; null is `available`. */
  @property({
    type: 'string',
    mysql: {columnName: 'provision_state'},
  })
  provisionState?: string | null;

  /** `conductors.id` of the conductor that prepared the node. */
  @property({
    type: 'number',
    mysql: {columnName: 'conductor_affinity'},
  })
  conductorAffinity?: number | null;

  @property({
    type: 'string',
    mysql: {columnName: 'boot_interface'},
  })
  bootInterface?: string | null;

  constructor(data?: Partial<Node>) {
    super(data);
  }
}
