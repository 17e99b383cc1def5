import {Conductor} from '../models';

/** Reads the conductors that registered themselves in Ironic's database. */
export interface ConductorRepository {
  /**
   * All conductors, the dead ones included, ordered by id.
   *
   * @param signal - ends the query when it fires
   * @throws BootConfigError `database_unavailable`
   */
  findAll(signal: AbortSignal): Promise<Conductor[]>;
}
