/** A conductor as it registered itself in Ironic's database. */
export interface Conductor {
  /** `conductors.id`, what `nodes.conductor_affinity` refers to. */
  id: number;
  /** `conductors.hostname`: name of the conductor, may carry a port. */
  hostname: string;
  conductorGroup: string;
  online: boolean;
  /** Time of its last heartbeat; `undefined`: it needs none. */
  heartbeatAt?: Date;
  /** Hardware types that it can drive, each once. */
  hardwareTypes: string[];
}

/**
 * Whether a conductor takes part in the hash ring, as Ironic decides it.
 *
 * @param heartbeatTimeout - seconds, `[conductor] heartbeat_timeout`; 0: any
 *   online conductor does
 * @param now - milliseconds since the epoch
 */
export function isAlive(
  conductor: Conductor,
  heartbeatTimeout: number,
  now: number,
): boolean {
  if (!conductor.online) return false;
  if (!conductor.heartbeatAt || heartbeatTimeout === 0) return true;
  return conductor.heartbeatAt.getTime() >= now - heartbeatTimeout * 1000;
}
