import {BootConfigError} from '../boot-config-error';

/**
 * `closed`: calls pass; `open`: none does; `half-open`: one is on its way, to
 * see whether it is answered.
 */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** A call that a breaker let pass. */
export interface Attempt {
  /** On the breaker's clock. */
  readonly begunAt: number;
}

/** What a circuit breaker is made with. */
export interface BreakerOptions {
  /**
   * Milliseconds for which it is open at most. The first time it is an eighth
   * of it, doubled with every further failure in a row; of each of these, a
   * random part of at least a half.
   */
  longestPause: number;
  /** Monotonic, in milliseconds. */
  now?: () => number;
  /** From 0 to 1, so that not all who wait come back at once. */
  random?: () => number;
}

const DOUBLINGS = 3;

/**
 * Keeps callers from somebody who was out of reach a moment ago: opens with a
 * failure, lets one call pass after a pause, and closes with an answer to any,
 * or when that call fails at once, as the next ones then cost no time either.
 */
export class CircuitBreaker {
  private readonly now: () => number;
  private readonly random: () => number;

  private failures = 0;
  private openUntil = 0;
  private probe?: Attempt;
  private begunAt = -Infinity;
  private answeredAt = -Infinity;
  private failedAt = -Infinity;
  private failure?: BootConfigError;

  constructor(private readonly options: BreakerOptions) {
    this.now = options.now ?? (() => performance.now());
    this.random = options.random ?? Math.random;
  }

  get state(): BreakerState {
    if (this.failures === 0) return 'closed';
    return this.probe ? 'half-open' : 'open';
  }

  /** Whether `begin` would let a call pass. */
  get lets(): boolean {
    if (this.failures === 0) return true;
    return !this.probe && this.now() >= this.openUntil;
  }

  /** Milliseconds since the last call began; infinite if there was none. */
  get idle(): number {
    return this.now() - this.begunAt;
  }

  /** Milliseconds since the last answer; infinite if there was none. */
  get sinceAnswer(): number {
    return this.now() - this.answeredAt;
  }

  /** Milliseconds since the last failure; infinite if there was none. */
  get sinceFailure(): number {
    return this.now() - this.failedAt;
  }

  /** Milliseconds until a call passes, as long as it is open. */
  get pause(): number {
    return this.openUntil - this.now();
  }

  /** The last failure. */
  get lastFailure(): BootConfigError | undefined {
    return this.failure;
  }

  /**
   * Begins a call, which has to be told of by `answered`, `failed` or
   * `abandoned`.
   *
   * @returns `undefined` if it does not pass
   */
  begin(): Attempt | undefined {
    if (!this.lets) return undefined;
    const attempt = {begunAt: this.now()};
    this.begunAt = attempt.begunAt;
    if (this.failures > 0) this.probe = attempt;
    return attempt;
  }

  /** A call was answered, whatever with. @returns whether that closed it */
  answered(): boolean {
    const wasOpen = this.failures > 0;
    this.answeredAt = this.now();
    this.failures = 0;
    this.probe = undefined;
    return wasOpen;
  }

  /** A call was not answered. @returns whether that opened it, or anew */
  failed(attempt: Attempt, failure: BootConfigError): boolean {
    // Others were answered in the meantime.
    if (attempt.begunAt < this.answeredAt) return false;
    // It began before the failure that opened it, and adds nothing to that.
    if (this.failures > 0 && attempt !== this.probe) return false;
    this.probe = undefined;
    this.failures += 1;
    this.note(failure);
    this.openUntil = this.now() + this.nextPause();
    return true;
  }

  /** A call failed, and took no time. @returns whether that closed it */
  failedAtOnce(attempt: Attempt, failure: BootConfigError): boolean {
    this.note(failure);
    if (attempt !== this.probe) return false;
    this.failures = 0;
    this.probe = undefined;
    return true;
  }

  /** Milliseconds since a call began. */
  age({begunAt}: Attempt): number {
    return this.now() - begunAt;
  }

  /** A call came to nothing, for a reason that does not concern the called. */
  abandoned(attempt: Attempt): void {
    if (attempt === this.probe) this.probe = undefined;
  }

  private note(failure: BootConfigError): void {
    this.failure = failure;
    this.failedAt = this.now();
  }

  private nextPause(): number {
    const {longestPause} = this.options;
    const pause = longestPause * 2 ** (this.failures - 1 - DOUBLINGS);
    return Math.min(longestPause, pause) * (0.5 + this.random() / 2);
  }
}
