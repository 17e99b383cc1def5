import {Entity, model, property} from '@loopback/repository';

/**
 * A row of Ironic's `conductor_hardware_interfaces`, with those columns that
 * are used. A conductor has several for each of its hardware types.
 */
@model({
  // A host may have a model of the plain name on the same data source.
  name: 'IronicConductorHardwareInterface',
  settings: {strict: true, mysql: {table: 'conductor_hardware_interfaces'}},
})
export class ConductorHardwareInterface extends Entity {
  @property({type: 'number', id: true})
  id: number;

  @property({
    type: 'number',
    mysql: {columnName: 'conductor_id'},
  })
  conductorId: number;

  @property({
    type: 'string',
    mysql: {columnName: 'hardware_type'},
  })
  hardwareType: string;

  constructor(data?: Partial<ConductorHardwareInterface>) {
    super(data);
  }
}
