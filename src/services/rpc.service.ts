import {
  BindingScope,
  extensionPoint,
  extensions,
  Getter,
  inject,
  injectable,
  LifeCycleObserver,
  lifeCycleObserver,
} from '@loopback/core';
import {BootConfigError, Reason} from '../boot-config-error';
import {BootTrace} from '../boot-trace';
import {BootConfigOptions, ConfigurationError} from '../config';
import {BootConfigBindings} from '../keys';
import {Node} from '../models';
import {asReconfigurable, Reconfigurable, TakeOver} from '../reconfiguration';
import {anonymousContext, RpcCall} from '../rpc';
import type {RpcTransport} from '../transports/rpc-transport';
import {ConductorBreakers, isOutOfReach} from './conductor-breakers';
import {before, Deadline} from './deadline';
import {HashRingManager, Route} from './hash-ring-manager';

/** A script and the conductor that returned it. */
export interface ConductorAnswer {
  script: Buffer;
  /** Name of the conductor. */
  conductor: string;
  /** Whether it is the one that the hash ring names. */
  isOwner: boolean;
  /** Name of the one that the hash ring names. */
  owner: string;
  /** Why that one did not return the script, if it did not. */
  ownerFailure?: Reason;
}

/** Failures after which another conductor may still have the script. */
const WORTH_ANOTHER: ReadonlySet<Reason> = new Set([
  'config_not_found',
  'conductor_unreachable',
  'conductor_timeout',
  'conductor_error',
  'rpc_unsupported',
]);

/** Calls `get_boot_config` on the conductor that serves a node. */
@extensionPoint(BootConfigBindings.RPC_TRANSPORTS, {
  scope: BindingScope.SINGLETON,
})
@lifeCycleObserver('rpc', {scope: BindingScope.SINGLETON})
@injectable(asReconfigurable)
export class RpcService implements LifeCycleObserver, Reconfigurable {
  private transport?: RpcTransport;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.HASH_RING_MANAGER)
    private readonly hashRings: HashRingManager,
    @extensions()
    private readonly transports: Getter<RpcTransport[]>,
    @inject(BootConfigBindings.CONDUCTOR_BREAKERS)
    private readonly breakers: ConductorBreakers,
  ) {}

  /**
   * @throws ConfigurationError when there is no transport of the name in
   *   `[DEFAULT] rpc_transport`, or when it can't be used as configured
   */
  async init(): Promise<void> {
    const transport = await this.findTransport();
    await transport.init?.();
  }

  async start(): Promise<void> {
    const transport = await this.findTransport();
    transport.start?.();
  }

  async prepare(options: BootConfigOptions): Promise<TakeOver> {
    const transport = await this.findTransport();
    return (await transport.prepare?.(options)) ?? (() => {});
  }

  async stop(): Promise<void> {
    await this.transport?.stop?.();
    this.transport = undefined;
  }

  /**
   * Whether conductors can be called at all.
   *
   * @throws Error telling what is missing
   */
  async checkTransport(signal: AbortSignal): Promise<void> {
    const transport = this.transport ?? (await this.findTransport());
    await transport.check?.(signal);
  }

  /**
   * Asks the owner on the hash ring and then, as `[boot_config] fallback` says,
   * further conductors. Who was out of reach a moment ago is passed over.
   *
   * @param deadline - each conductor gets an equal share of what is left of it
   * @throws BootConfigError with the owner's failure when nobody has the script
   */
  async getBootConfig(
    node: Node,
    name: string,
    trace: BootTrace,
    deadline: Deadline,
  ): Promise<ConductorAnswer> {
    const call: RpcCall = {
      method: 'get_boot_config',
      args: {node_id: node.uuid, name},
      context: anonymousContext(trace.requestId, trace.globalRequestId),
      version: this.options.boot_config.rpc_version,
    };
    let route = await trace.step('ring', this.hashRings.routeOf(node));
    // A conductor that gets little time since others took long is not to blame.
    const isHurried = deadline.isHalfOver;
    const asked: string[] = [];
    let left = this.candidates(route);
    let ownerFailure: BootConfigError | undefined;
    while (left.length) {
      const conductor = left.shift()!;
      const {owner} = route;
      asked.push(conductor);
      try {
        const script = await this.breakers.call({
          conductor,
          isHurried,
          work: () =>
            trace.step(
              'rpc',
              this.ask(conductor, call, this.shareOf(deadline, left)),
              conductor,
            ),
        });
        const isOwner = conductor === owner;
        const reason = isOwner ? undefined : ownerFailure?.reason;
        return {script, conductor, isOwner, owner, ownerFailure: reason};
      } catch (error) {
        const failure = BootConfigError.from(error);
        if (conductor === owner) ownerFailure = failure;
        if (deadline.signal.aborted || !WORTH_ANOTHER.has(failure.reason)) {
          break;
        }
        if (conductor !== owner || !isOutOfReach(failure)) continue;
        const share = this.shareOf(deadline, left);
        route = (await this.routeAnew(node, share)) ?? route;
        if (route.owner !== owner) {
          left = this.candidates(route).filter(c => !asked.includes(c));
        }
      }
    }
    throw ownerFailure!;
  }

  /** @param others - who is to be asked after */
  private shareOf(deadline: Deadline, others: string[]): Deadline {
    return deadline.share(1 + others.filter(c => this.breakers.lets(c)).length);
  }

  /** Looks whether the owner has left; `undefined` if that can't be told. */
  private async routeAnew(
    node: Node,
    deadline: Deadline,
  ): Promise<Route | undefined> {
    try {
      return await before(
        deadline,
        this.hashRings.freshRouteOf(node),
        () => new BootConfigError('database_unavailable', 'not in time'),
      );
    } catch {
      return undefined;
    } finally {
      deadline.clear();
    }
  }

  private async ask(
    conductor: string,
    call: RpcCall,
    deadline: Deadline,
  ): Promise<Buffer> {
    try {
      const transport = this.transport ?? (await this.findTransport());
      // A host's transport may not listen to the signal.
      const result = await before(
        deadline,
        transport.call(
          conductor,
          {...call, timeout: deadline.left},
          deadline.signal,
        ),
        () =>
          new BootConfigError(
            'conductor_timeout',
            `conductor ${conductor} did not answer in time`,
          ),
      );
      return bytesOf(result, conductor);
    } finally {
      deadline.clear();
    }
  }

  private candidates({owner, affinity, others}: Route): string[] {
    const {fallback} = this.options.boot_config;
    const candidates = [owner];
    if (fallback !== 'none' && affinity && affinity !== owner) {
      candidates.push(affinity);
    }
    return fallback === 'any' ? [...candidates, ...others] : candidates;
  }

  private async findTransport(): Promise<RpcTransport> {
    const {rpc_transport: name} = this.options.DEFAULT;
    const transports = await this.transports();
    this.transport = transports.find(t => t.name === name);
    if (this.transport) return this.transport;
    throw new ConfigurationError([
      {
        section: 'DEFAULT',
        option: 'rpc_transport',
        value: name,
        expected: `one of ${transports.map(t => t.name).join(', ')}`,
      },
    ]);
  }
}

function bytesOf(result: unknown, conductor: string): Buffer {
  if (typeof result === 'string') return Buffer.from(result, 'utf8');
  throw new BootConfigError(
    'conductor_error',
    `conductor ${conductor} returned no text but ${typeof result}`,
  );
}
