import {inject} from '@loopback/core';
import {DefaultCrudRepository, juggler} from '@loopback/repository';
import {Port} from '../models/port.model';

export class PortRepository extends DefaultCrudRepository<Port, number> {
  constructor(@inject('datasources.ironic') dataSource: juggler.DataSource) {
    super(Port, dataSource);
  }
}
