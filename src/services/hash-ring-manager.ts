import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Conductor, isAlive, Node} from '../models';
import {ConductorRepository} from '../repositories';
import {HashRing} from './hash-ring';

// As often the database is asked when owners can't be reached, at most.
const FRESH_MS = 1000;

/** The conductors as they were at one moment, and the rings they make up. */
class Snapshot {
  private readonly rings = new Map<string, HashRing>();

  constructor(
    readonly takenAt: number,
    readonly conductors: readonly Conductor[],
    readonly live: readonly Conductor[],
    private readonly options: BootConfigOptions['DEFAULT'],
  ) {}

  /** The ring of a conductor group and hardware type; may be empty. */
  ring(group: string, driver: string): HashRing {
    const key = `${group}:${driver}`;
    let ring = this.rings.get(key);
    if (!ring) {
      ring = new HashRing(
        this.live
          .filter(c => c.conductorGroup === group)
          .filter(c => c.hardwareTypes.includes(driver))
          .map(c => c.hostname),
        {
          partitionExponent: this.options.hash_partition_exponent,
          algorithm: this.options.hash_ring_algorithm,
        },
      );
      // An empty ring is not kept: whoever asks for what is not there must not
      // fill the memory.
      if (ring.size) this.rings.set(key, ring);
    }
    return ring;
  }
}

/** Which conductors to ask for a node. */
export interface Route {
  /** The conductor that Ironic's hash ring names. */
  owner: string;
  /** The conductor that prepared the node, if the database knows it. */
  affinity?: string;
  /** All other live conductors of the node's group and hardware type. */
  others: string[];
}

/** The conductors as they were last read. */
export interface RingState {
  /** Milliseconds since then. */
  age: number;
  /** All of them. */
  conductors: readonly Conductor[];
  /** Those that take part in the rings. */
  live: readonly Conductor[];
}

/**
 * Keeps Ironic's hash rings, each of the live conductors of one conductor group
 * and hardware type, for `[DEFAULT] hash_ring_reset_interval`.
 */
@injectable({scope: BindingScope.SINGLETON})
export class HashRingManager {
  private snapshot?: Snapshot;
  private rebuilding?: Promise<Snapshot>;
  private rebuiltAt = -Infinity;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.CONDUCTOR_REPOSITORY)
    private readonly conductors: ConductorRepository,
  ) {}

  /**
   * @throws BootConfigError `no_conductor`, `database_unavailable`
   */
  async routeOf(node: Node): Promise<Route> {
    const asked = performance.now();
    const current = await this.current();
    const route =
      routeIn(current, node) ??
      // A conductor may have come since: look once more, as Ironic does.
      (current.takenAt < asked
        ? routeIn(await this.rebuild(), node)
        : undefined);
    if (route) return route;
    throw new BootConfigError(
      'no_conductor',
      `no live conductor for node ${node.uuid} (conductor group ${JSON.stringify(node.conductorGroup)}, driver ${node.driver})`,
    );
  }

  /**
   * The route by a ring of the last second, for whoever can't reach the owner:
   * it may have left.
   *
   * @returns `undefined` when no live conductor is left
   * @throws BootConfigError `database_unavailable`
   */
  async freshRouteOf(node: Node): Promise<Route | undefined> {
    const isFresh = performance.now() - this.rebuiltAt < FRESH_MS;
    // Not anew while there is none either: the database was asked just now.
    const snapshot =
      isFresh && !this.rebuilding ? this.snapshot : await this.rebuild();
    return snapshot && routeIn(snapshot, node);
  }

  /**
   * The conductors that take part in the rings.
   *
   * @throws BootConfigError `database_unavailable`
   */
  async liveConductors(): Promise<readonly Conductor[]> {
    return (await this.current()).live;
  }

  /** What is known without asking the database; `undefined` before the start. */
  get state(): RingState | undefined {
    if (!this.snapshot) return undefined;
    const {takenAt, conductors, live} = this.snapshot;
    return {age: performance.now() - takenAt, conductors, live};
  }

  private async current(): Promise<Snapshot> {
    const maxAge = this.options.DEFAULT.hash_ring_reset_interval * 1000;
    const {snapshot} = this;
    return snapshot && performance.now() - snapshot.takenAt < maxAge
      ? snapshot
      : this.rebuild();
  }

  /** One rebuild at a time; whoever asks meanwhile shares it. */
  private async rebuild(): Promise<Snapshot> {
    this.rebuilding ??= this.takeSnapshot().finally(() => {
      this.rebuilding = undefined;
    });
    return this.rebuilding;
  }

  private async takeSnapshot(): Promise<Snapshot> {
    this.rebuiltAt = performance.now();
    // Not the signal of whoever came first: the others may have more time.
    const conductors = await this.conductors.findAll(
      AbortSignal.timeout(this.options.boot_config.request_timeout * 1000),
    );
    const timeout = this.options.conductor.heartbeat_timeout;
    const now = Date.now();
    this.snapshot = new Snapshot(
      performance.now(),
      conductors,
      conductors.filter(c => isAlive(c, timeout, now)),
      this.options.DEFAULT,
    );
    return this.snapshot;
  }
}

function routeIn(snapshot: Snapshot, node: Node): Route | undefined {
  const ring = snapshot.ring(node.conductorGroup, node.driver ?? '');
  const owner = ring.ownerOf(node.uuid);
  if (!owner) return undefined;
  const affinity = snapshot.conductors.find(
    c => c.id === node.conductorAffinity,
  )?.hostname;
  return {
    owner,
    affinity,
    others: ring.hosts.filter(host => host !== owner && host !== affinity),
  };
}
