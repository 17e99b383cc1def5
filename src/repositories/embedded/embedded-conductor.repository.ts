import {Conductor} from '../../models';
import {ConductorRepository} from '../conductor.repository';
import {EmbeddedStore} from './embedded-store';

/** Conductors of an embedded store; they need no heartbeat to be alive. */
export class EmbeddedConductorRepository implements ConductorRepository {
  private readonly conductors: Conductor[];

  constructor(store: EmbeddedStore) {
    this.conductors = store.conductors.map((entry, index) => ({
      id: index + 1,
      hostname: entry.hostname,
      conductorGroup: entry.conductor_group ?? '',
      online: entry.online ?? true,
      hardwareTypes: [...new Set(entry.hardware_types)],
    }));
  }

  async findAll(): Promise<Conductor[]> {
    return this.conductors;
  }
}
