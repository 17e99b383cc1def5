import {DefaultCrudRepository, juggler} from '@loopback/repository';
import {
  Conductor,
  ConductorHardwareInterface,
  ConductorRow,
} from '../../models';
import {ConductorRepository} from '../conductor.repository';
import {bounded} from './bounded';

/**
 * Conductors in a host's data source whose connector is not MySQL's, through
 * LoopBack's own repositories.
 */
export class CrudConductorRepository implements ConductorRepository {
  private readonly conductors: DefaultCrudRepository<ConductorRow, number>;
  private readonly interfaces: DefaultCrudRepository<
    ConductorHardwareInterface,
    number
  >;

  constructor(dataSource: juggler.DataSource) {
    this.conductors = new DefaultCrudRepository(ConductorRow, dataSource);
    this.interfaces = new DefaultCrudRepository(
      ConductorHardwareInterface,
      dataSource,
    );
  }

  async findAll(signal: AbortSignal): Promise<Conductor[]> {
    const [rows, interfaces] = await bounded(
      Promise.all([
        this.conductors.find({order: ['id']}),
        this.interfaces.find(),
      ]),
      signal,
    );
    return rows.map(row => ({
      id: row.id,
      hostname: row.hostname,
      conductorGroup: row.conductorGroup,
      online: Boolean(row.online),
      heartbeatAt: row.updatedAt ?? new Date(0),
      hardwareTypes: hardwareTypesOf(row.id, interfaces),
    }));
  }
}

function hardwareTypesOf(
  conductorId: number,
  interfaces: ConductorHardwareInterface[],
): string[] {
  const own = interfaces.filter(i => i.conductorId === conductorId);
  return [...new Set(own.map(i => i.hardwareType))].sort();
}
