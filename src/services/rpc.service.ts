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
import {BootConfigOptions, ConfigurationError} from '../config';
import {BootConfigBindings} from '../keys';
import {Node} from '../models';
import {asReconfigurable, Reconfigurable, TakeOver} from '../reconfiguration';
import {anonymousContext, RpcCall} from '../rpc';
import type {RpcTransport} from '../transports/rpc-transport';
import {before, Deadline} from './deadline';
import {HashRingManager, Route} from './hash-ring-manager';

/** A script and the conductor that returned it. */
export interface ConductorAnswer {
  script: Buffer;
  /** Name of the conductor. */
  conductor: string;
  /** Whether it is the one that the hash ring names. */
  isOwner: boolean;
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
   * Asks the owner on the hash ring and then, as `[boot_config] fallback` says,
   * further conductors.
   *
   * @param deadline - each conductor gets an equal share of what is left of it
   * @throws BootConfigError with the owner's failure when nobody has the script
   */
  async getBootConfig(
    node: Node,
    name: string,
    requestId: string,
    deadline: Deadline,
  ): Promise<ConductorAnswer> {
    const route = await this.hashRings.routeOf(node);
    const call: RpcCall = {
      method: 'get_boot_config',
      args: {node_id: node.uuid, name},
      context: anonymousContext(requestId),
      version: this.options.boot_config.rpc_version,
    };
    const candidates = this.candidates(route);
    let ownersFailure: BootConfigError | undefined;
    for (const [index, conductor] of candidates.entries()) {
      try {
        const share = deadline.share(candidates.length - index);
        const script = await this.ask(conductor, call, share);
        return {script, conductor, isOwner: index === 0};
      } catch (error) {
        const failure = BootConfigError.from(error);
        ownersFailure ??= failure;
        if (deadline.signal.aborted || !WORTH_ANOTHER.has(failure.reason)) {
          break;
        }
      }
    }
    throw ownersFailure!;
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
