import {setTimeout as sleep} from 'node:timers/promises';
import {inject, LifeCycleObserver, lifeCycleObserver} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
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
export class WarmUpObserver implements LifeCycleObserver {
  private stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

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
    this.done = this.warmUp(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async warmUp(stopping: AbortSignal): Promise<void> {
    let pause = FIRST_PAUSE_MILLISECONDS;
    while (!stopping.aborted) {
      try {
        await this.buildRing();
        await this.warnOfClashes();
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

  private async buildRing(): Promise<void> {
    const conductors = await this.hashRings.liveConductors();
    const names = conductors.map(c => c.hostname);
    if (names.length) {
      this.logger.info({conductors: names}, 'ready to serve');
    } else {
      this.logger.warn(
        {},
        'no live conductor is registered in the database: nothing can be served yet',
      );
    }
  }

  private async warnOfClashes(): Promise<void> {
    const interfaces = await this.nodes.countInterfaces?.(
      AbortSignal.timeout(this.options.boot_config.request_timeout * 1000),
    );
    for (const clash of gateClashes(this.options, interfaces ?? [])) {
      this.logger.warn({}, clash);
    }
  }
}
