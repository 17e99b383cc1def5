import {DefaultCrudRepository, juggler} from '@loopback/repository';
import {
  ConductorHardwareInterface,
  ConductorRow,
  Node,
} from 'loopback4-ironic-boot-config';
import {Port} from '../models/port.model';
import * as rows from './rows';

/**
 * Ironic's tables in memory. Models of one name are one model to a data source,
 * so that the component finds these rows as this API does.
 */
export async function sampleDataSource(): Promise<juggler.DataSource> {
  const dataSource = new juggler.DataSource({
    name: 'ironic',
    connector: 'memory',
  });
  await new DefaultCrudRepository(Node, dataSource).createAll(rows.nodes);
  await new DefaultCrudRepository(Port, dataSource).createAll(rows.ports);
  await new DefaultCrudRepository(ConductorRow, dataSource).createAll(
    rows.conductors,
  );
  await new DefaultCrudRepository(
    ConductorHardwareInterface,
    dataSource,
  ).createAll(rows.conductorHardwareInterfaces);
  return dataSource;
}
