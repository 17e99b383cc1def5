import {BootConfigError, Reason} from './boot-config-error';
import type {Node} from './models';
import {newRequestId} from './rpc/request-context';

/** What a request waits for. */
export type StepName = 'database' | 'ring' | 'rpc';

/** One wait of a request. */
export interface Step {
  name: StepName;
  /** Name of the conductor that is asked. */
  conductor?: string;
  /** When it began, in milliseconds from the start of the request. */
  at: number;
  /** Milliseconds that it took; `undefined` while it goes on. */
  ms?: number;
  /** Why it failed. */
  reason?: Reason;
}

/**
 * What is found out about a request on its way, written where it is found out
 * and read when the request is over: by the log, the metrics and the events.
 */
export class BootTrace {
  /** When the request came, as `Date.now()` tells it. */
  readonly time = Date.now();
  readonly steps: Step[] = [];

  /** The node that was found. */
  node?: Node;

  private readonly startedAt = performance.now();

  /**
   * @param globalRequestId - `req-<uuid>` of whoever asked, see
   *   `globalRequestIdOf`
   * @param requestId - `req-<uuid>`, travels with the call of the conductor
   */
  constructor(
    readonly globalRequestId?: string,
    readonly requestId: string = newRequestId(),
  ) {}

  /** Milliseconds since the request came. */
  get ms(): number {
    return performance.now() - this.startedAt;
  }

  /** Waits for `work` and notes how long that took and how it ended. */
  async step<T>(
    name: StepName,
    work: Promise<T>,
    conductor?: string,
  ): Promise<T> {
    const step: Step = {name, conductor, at: this.ms};
    this.steps.push(step);
    try {
      return await work;
    } catch (error) {
      step.reason = BootConfigError.from(error).reason;
      throw error;
    } finally {
      step.ms = this.ms - step.at;
    }
  }
}
