import {
  Application,
  ContextTags,
  CoreBindings,
  filterByTag,
  inject,
  injectable,
  BindingScope,
} from '@loopback/core';
import {BootConfigBindings, BootConfigTags} from '../keys';
import {isAlive} from '../models';
import {BootConfigOptions} from '../config';
import {HashRingManager} from '../services/hash-ring-manager';
import {
  ConductorAnswerRecord,
  ConductorAnswers,
  isWell,
} from './conductor-answers';

/** Resolves when this instance can serve, or rejects with the reason. */
export type ReadyCheck = () => Promise<void>;

export type State = 'UP' | 'DOWN';

/** What came of a check. */
export interface CheckResult {
  name: string;
  state: State;
  /** Why it is down. */
  reason?: string;
}

/** A conductor, as this instance knows it. */
export interface ConductorHealth {
  name: string;
  /** By its heartbeats in the database: whether it is in the hash ring. */
  live: boolean;
  /** By its last answer; `UNKNOWN` where it was not asked. */
  state: State | 'UNKNOWN';
  last_answer?: ConductorAnswerRecord;
}

/** Whether an instance can serve, and what it stands on. */
export interface HealthReport {
  status: State;
  checks: CheckResult[];
  conductors: ConductorHealth[];
}

// A prober gives up after some seconds.
const CHECK_MILLISECONDS = 2000;

/**
 * Runs all bound checks: those of the component and what a host tags with
 * `BootConfigTags.READY_CHECK`.
 *
 * A conductor that does not answer is told of and leaves the instance ready:
 * it can serve the nodes of others, and another instance would not fare better.
 */
@injectable({scope: BindingScope.SINGLETON})
export class Health {
  private underWay?: Promise<HealthReport>;

  constructor(
    @inject(CoreBindings.APPLICATION_INSTANCE)
    private readonly application: Application,
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.HASH_RING_MANAGER)
    private readonly hashRings: HashRingManager,
    @inject(BootConfigBindings.CONDUCTOR_ANSWERS)
    private readonly answers: ConductorAnswers,
  ) {}

  /** Never throws; who asks meanwhile shares the checks that are under way. */
  async report(): Promise<HealthReport> {
    this.underWay ??= this.check().finally(() => {
      this.underWay = undefined;
    });
    return this.underWay;
  }

  private async check(): Promise<HealthReport> {
    const checks = await Promise.all(
      this.application
        .find<ReadyCheck>(filterByTag(BootConfigTags.READY_CHECK))
        .map(async binding =>
          resultOf(
            (binding.tagMap[ContextTags.NAME] as string) ?? binding.key,
            async () => (await binding.getValue(this.application))(),
          ),
        ),
    );
    return {
      status: checks.every(({state}) => state === 'UP') ? 'UP' : 'DOWN',
      checks,
      conductors: this.conductors(),
    };
  }

  private conductors(): ConductorHealth[] {
    const conductors = this.hashRings.state?.conductors ?? [];
    this.answers.retain(new Set(conductors.map(c => c.hostname)));
    const timeout = this.options.conductor.heartbeat_timeout;
    return conductors.map(conductor => {
      const last = this.answers.of(conductor.hostname);
      return {
        name: conductor.hostname,
        live: isAlive(conductor, timeout, Date.now()),
        state: last ? (isWell(last) ? 'UP' : 'DOWN') : 'UNKNOWN',
        last_answer: last,
      };
    });
  }
}

async function resultOf(name: string, check: ReadyCheck): Promise<CheckResult> {
  let timer: NodeJS.Timeout;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${CHECK_MILLISECONDS} ms`)),
      CHECK_MILLISECONDS,
    );
  });
  try {
    await Promise.race([check(), tooLate]);
    return {name, state: 'UP'};
  } catch (error) {
    return {name, state: 'DOWN', reason: (error as Error).message};
  } finally {
    clearTimeout(timer!);
  }
}
