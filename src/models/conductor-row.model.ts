import {Entity, model, property} from '@loopback/repository';

/** A row of Ironic's `conductors`, with those columns that are used. */
@model({
  // A host may have a model of the plain name on the same data source.
  name: 'IronicConductor',
  settings: {strict: true, mysql: {table: 'conductors'}},
})
export class ConductorRow extends Entity {
  @property({type: 'number', id: true})
  id: number;

  @property({type: 'string', required: true})
  hostname: string;

  @property({
    type: 'string',
    default: '',
    mysql: {columnName: 'conductor_group'},
  })
  conductorGroup: string;

  @property({type: 'boolean'})
  online?: boolean | null;

  /** Time of the last heartbeat. */
  @property({
    type: 'date',
    mysql: {columnName: 'updated_at'},
  })
  updatedAt?: Date | null;

  constructor(data?: Partial<ConductorRow>) {
    super(data);
  }
}
