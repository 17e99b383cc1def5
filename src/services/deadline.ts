import {BootConfigError} from '../boot-config-error';

/** The time by which something has to be answered, told as a signal. */
export class Deadline {
  private readonly controller: AbortController;
  private readonly expiresAt: number;
  private readonly timer?: NodeJS.Timeout;
  private readonly onParent?: () => void;

  /**
   * @param milliseconds - from now
   * @param parent - the deadline that this one is a part of
   */
  constructor(
    private readonly milliseconds: number,
    private readonly parent?: Deadline,
  ) {
    const end = performance.now() + milliseconds;
    this.expiresAt = Math.min(end, parent?.expiresAt ?? end);
    // A share of all that is left ends with the whole.
    if (parent && this.expiresAt === parent.expiresAt) {
      this.controller = parent.controller;
      return;
    }
    this.controller = new AbortController();
    if (parent?.signal.aborted) {
      this.controller.abort();
      return;
    }
    this.timer = setTimeout(() => this.controller.abort(), milliseconds);
    if (parent) {
      this.onParent = () => this.controller.abort();
      parent.signal.addEventListener('abort', this.onParent, {once: true});
    }
  }

  /** Whether it is a part of another one. */
  get isShare(): boolean {
    return this.parent !== undefined;
  }

  /** Milliseconds that are left, or less than 0 when it is over. */
  get left(): number {
    return this.expiresAt - performance.now();
  }

  /** Whether more than half of the time is over. */
  get isHalfOver(): boolean {
    return this.left < this.milliseconds / 2;
  }

  /** Fires when the time is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** A deadline after an equal share, one of `shares`, of the time that is left. */
  share(shares: number): Deadline {
    return new Deadline(this.left / shares, this);
  }

  /** Ends the timer; to be called when the work is done. */
  clear(): void {
    clearTimeout(this.timer);
    if (this.onParent) {
      this.parent!.signal.removeEventListener('abort', this.onParent);
    }
  }
}

/**
 * The result of `work`, or a failure at the deadline even if something in it
 * does not listen to the signal.
 *
 * @param tooLate - makes the failure; what `work` throws when the signal ends
 *   it comes before, as it tells more
 */
export async function before<T>(
  deadline: Deadline,
  work: Promise<T>,
  tooLate: () => BootConfigError,
): Promise<T> {
  const {signal} = deadline;
  return new Promise((resolve, reject) => {
    // After those had their say who listen to the signal, and those who wait
    // for a share of this deadline: they know more.
    const turns = deadline.isShare ? 1 : 2;
    const onAbort = () => afterTurns(turns, () => reject(tooLate()));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, {once: true});
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

/** Does something after so many turns of the event loop. */
function afterTurns(turns: number, action: () => void): void {
  if (turns === 0) action();
  else setImmediate(() => afterTurns(turns - 1, action));
}

/**
 * Does `work` under a deadline of its own.
 *
 * @throws BootConfigError `deadline_exceeded`
 */
export async function withDeadline<T>(
  milliseconds: number,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(milliseconds);
  try {
    return await before(
      deadline,
      work(deadline),
      () =>
        new BootConfigError(
          'deadline_exceeded',
          `not answered within ${milliseconds} ms`,
        ),
    );
  } finally {
    deadline.clear();
  }
}
