import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError, Reason} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {RpcUnavailable} from '../transports/rpc-unavailable';
import {Attempt, BreakerState, CircuitBreaker} from './circuit-breaker';

/** What is known of a conductor from calls of it. */
export interface ConductorState {
  state: BreakerState;
  /** When it last answered, whatever with; `undefined`: not yet. */
  lastAnswerAt?: Date;
  /** When it last was out of reach; `undefined`: it never was. */
  lastFailureAt?: Date;
  /** Why it was. */
  lastFailure?: Reason;
}

/** A call of a conductor. */
export interface GuardedCall<T> {
  conductor: string;
  /** Whether it has less time than a conductor may take. */
  isHurried: boolean;
  work: () => Promise<T>;
}

const OUT_OF_REACH: ReadonlySet<Reason> = new Set([
  'conductor_unreachable',
  'conductor_timeout',
]);

// A failure that came sooner costs next to nothing: asking anew is right, since
// a reset connection or a restart may be over by then, and a 404 is final for
// the machine that gets it. What takes longer holds requests up.
const COSTLY_MS = 500;

// Names come and go with the conductors that have them.
const FORGOTTEN_AFTER_MS = 60 * 60 * 1000;

/** Whether a conductor could not be reached, as far as that is up to it. */
export function isOutOfReach(failure: BootConfigError): boolean {
  return (
    OUT_OF_REACH.has(failure.reason) && !(failure instanceof RpcUnavailable)
  );
}

/**
 * A circuit breaker for each conductor, so that one that hangs costs the time of
 * one call now and then and not that of every request.
 */
@injectable({scope: BindingScope.SINGLETON})
export class ConductorBreakers {
  private readonly breakers = new Map<string, CircuitBreaker>();

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /** Whether a call of a conductor would be made. */
  lets(conductor: string): boolean {
    return this.breakers.get(conductor)?.lets ?? true;
  }

  /**
   * Calls a conductor, unless a call of a moment ago was long in vain.
   *
   * @throws BootConfigError what `work` throws, or threw the last time
   */
  async call<T>({conductor, isHurried, work}: GuardedCall<T>): Promise<T> {
    const breaker = this.breakers.get(conductor) ?? this.add(conductor);
    const attempt = breaker.begin();
    if (!attempt) throw notAsked(breaker.lastFailure!);
    try {
      const result = await work();
      this.answered(conductor, breaker);
      return result;
    } catch (error) {
      const failure = BootConfigError.from(error);
      const {reason} = failure;
      if (
        reason === 'internal_error' ||
        (isHurried && reason === 'conductor_timeout') ||
        failure instanceof RpcUnavailable
      ) {
        breaker.abandoned(attempt);
      } else if (isOutOfReach(failure)) {
        this.failed(conductor, breaker, attempt, failure);
      } else this.answered(conductor, breaker);
      throw failure;
    }
  }

  /** All conductors that have been called lately, by name. */
  states(): Map<string, ConductorState> {
    return new Map(
      [...this.breakers].map(([conductor, breaker]) => [
        conductor,
        stateOf(breaker),
      ]),
    );
  }

  private add(conductor: string): CircuitBreaker {
    for (const [known, {idle}] of this.breakers) {
      if (idle > FORGOTTEN_AFTER_MS) this.breakers.delete(known);
    }
    const {conductor_backoff_max: longest} = this.options.boot_config;
    const breaker = new CircuitBreaker({longestPause: longest * 1000});
    this.breakers.set(conductor, breaker);
    return breaker;
  }

  private answered(conductor: string, breaker: CircuitBreaker): void {
    if (!breaker.answered()) return;
    this.logger.info({conductor}, `conductor ${conductor} answers again`);
  }

  private failed(
    conductor: string,
    breaker: CircuitBreaker,
    attempt: Attempt,
    failure: BootConfigError,
  ): void {
    const wasClosed = breaker.state === 'closed';
    const {reason, message} = failure;
    if (breaker.age(attempt) < COSTLY_MS) {
      if (!breaker.failedAtOnce(attempt, failure)) return;
      this.logger.info({conductor, reason}, `asked again: ${message}`);
      return;
    }
    if (!breaker.failed(attempt, failure)) return;
    // The first time is news, all further attempts are not.
    this.logger[wasClosed ? 'warn' : 'debug'](
      {conductor, reason, retry_ms: Math.round(breaker.pause)},
      `not asked for a while: ${message}`,
    );
  }
}

function notAsked(failure: BootConfigError): BootConfigError {
  return new BootConfigError(
    failure.reason,
    `not asked again so soon: ${failure.message}`,
    {cause: failure},
  );
}

function stateOf(breaker: CircuitBreaker): ConductorState {
  const {state, sinceAnswer, sinceFailure, lastFailure} = breaker;
  return {
    state,
    lastAnswerAt: ago(sinceAnswer),
    lastFailureAt: ago(sinceFailure),
    lastFailure: lastFailure?.reason,
  };
}

function ago(milliseconds: number): Date | undefined {
  return milliseconds === Infinity
    ? undefined
    : new Date(Date.now() - milliseconds);
}
