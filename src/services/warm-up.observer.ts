import {setTimeout as sleep} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import {
  inject,
  injectable,
  LifeCycleObserver,
  lifeCycleObserver,
} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {asReconfigurable, Reconfigurable, TakeOver} from '../reconfiguration';
import {NodeRepository} from '../repositories';
import {gateClashes} from './gate-clash';
import {HashRingManager} from './hash-ring-manager';

const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 15_000;

/**
 * Builds the hash ring in the background at start, so that the first machine
 * does not wait for it, and tells in the log when the API can serve. While the
 * database is away it tries again, after ever longer pauses.
 */
@lifeCycleObserver('warmUp')
@injectable(asReconfigurable)
export class WarmUpObserver implements LifeCycleObserver, Reconfigurable {
  /** Set from start to stop. */
  private stopping?: AbortController;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.HASH_RING_MANAGER)
    private readonly hashRings: HashRingManager,
    @inject(BootConfigBindings.NODE_REPOSITORY)
    private readonly nodes: NodeRepository,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  start(): void {
    this.stopping = new AbortController();
    if (!this.options.boot_config.enabled) return;
    void this.warmUp(this.stopping.signal);
  }

  /** Once more where there may be another outcome. */
  async prepare(options: BootConfigOptions): Promise<TakeOver> {
    const isTheSame = isDeepStrictEqual(
      concerns(options),
      concerns(this.options),
    );
    return () => {
      if (isTheSame || !this.stopping) return;
      this.stop();
      this.start();
    };
  }

  /** Does not wait for what hangs; it has nothing to say any more. */
  stop(): void {
    this.stopping?.abort();
    this.stopping = undefined;
  }

  private async warmUp(stopping: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE_MILLISECONDS;
    while (!stopping.aborted) {
      try {
        const names = await this.liveConductors();
        const clashes = await this.clashes();
        if (!stopping.aborted) this.report(names, clashes);
        return;
      } catch (error) {
        if (stopping.aborted) return;
        this.logger.warn(
          {retry_ms: pause},
          `not ready to serve: ${(error as Error).message}`,
        );
      }
      await sleep(pause, undefined, {signal: stopping}).catch(() => {});
      pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
    }
  }

  private async liveConductors(): Promise<string[]> {
    const conductors = await this.hashRings.liveConductors();
    return conductors.map(conductor => conductor.hostname);
  }

  private async clashes(): Promise<string[]> {
    const interfaces = await this.nodes.countInterfaces?.(
      AbortSignal.timeout(this.options.boot_config.request_timeout * 1000),
    );
    return gateClashes(this.options, interfaces ?? []);
  }

  private report(conductors: string[], clashes: string[]): void {
    if (conductors.length) this.logger.info({conductors}, 'ready to serve');
    else {
      this.logger.warn(
        {},
        'no live conductor is registered in the database: nothing can be served yet',
      );
    }
    for (const clash of clashes) this.logger.warn({}, clash);
  }
}

/** What of the options says whether this instance serves, and whom. */
function concerns({api, boot_config, deploy, pxe}: BootConfigOptions) {
  return [
    boot_config.enabled,
    api.restrict_boot_config,
    deploy.fast_track,
    pxe.enable_netboot_fallback,
  ];
}
