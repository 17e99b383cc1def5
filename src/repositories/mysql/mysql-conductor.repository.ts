import {Conductor} from '../../models';
import {ConductorRepository} from '../conductor.repository';
import {MysqlClient} from './mysql-client';

// A conductor has many rows for each hardware type in
// conductor_hardware_interfaces, hence DISTINCT. The heartbeat is read as text,
// since it is UTC without zone, which a driver would take for local time.
const ALL = `
  SELECT DISTINCT c.id, c.hostname, c.conductor_group AS conductorGroup,
    c.online, CAST(c.updated_at AS CHAR) AS heartbeat,
    i.hardware_type AS hardwareType
  FROM conductors c
  LEFT JOIN conductor_hardware_interfaces i ON i.conductor_id = c.id
  ORDER BY c.id, i.hardware_type`;

interface Row {
  id: number;
  hostname: string;
  conductorGroup: string;
  online: number | null;
  /** `YYYY-MM-DD HH:MM:SS` in UTC. */
  heartbeat: string | null;
  hardwareType: string | null;
}

/** Conductors in Ironic's own tables. */
export class MysqlConductorRepository implements ConductorRepository {
  constructor(private readonly client: MysqlClient) {}

  async findAll(signal: AbortSignal): Promise<Conductor[]> {
    const rows = await this.client.select<Row>(ALL, [], signal);
    const conductors = new Map<number, Conductor>();
    for (const row of rows) {
      const conductor = conductors.get(row.id) ?? conductorOf(row);
      conductors.set(row.id, conductor);
      if (row.hardwareType) conductor.hardwareTypes.push(row.hardwareType);
    }
    return [...conductors.values()];
  }
}

function conductorOf(row: Row): Conductor {
  return {
    id: row.id,
    hostname: row.hostname,
    conductorGroup: row.conductorGroup,
    online: Boolean(row.online),
    // A conductor that never sent a heartbeat is not alive.
    heartbeatAt: row.heartbeat
      ? new Date(`${row.heartbeat.replace(' ', 'T')}Z`)
      : new Date(0),
    hardwareTypes: [],
  };
}
