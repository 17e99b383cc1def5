import {BootConfigError} from '../boot-config-error';

/** The time by which something has to be answered, told as a signal. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly expiresAt: number;
  private readonly timer?: NodeJS.Timeout;
  private readonly onParent?: () => void;

  /**
   * @param milliseconds - from now
   * @param parent - the deadline that this one is a part of
   */
  constructor(
    milliseconds: number,
    private readonly parent?: Deadline,
  ) {
    this.expiresAt = performance.now() + milliseconds;
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

  /** Fires when the time is over. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** A deadline after an equal share, one of `shares`, of the time that is left. */
  share(shares: number): Deadline {
    return new Deadline((this.expiresAt - performance.now()) / shares, this);
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
 * Does `work` under a deadline. It is over at the deadline even if something in
 * it does not listen to the signal.
 *
 * @throws BootConfigError `deadline_exceeded`, or what `work` throws when the
 *   signal ends it, which tells more
 */
export async function withDeadline<T>(
  milliseconds: number,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(milliseconds);
  let onAbort: () => void;
  const exceeded = new Promise<never>((_resolve, reject) => {
    onAbort = () =>
      // After those who listen to the signal had their say.
      setImmediate(() =>
        reject(
          new BootConfigError(
            'deadline_exceeded',
            `not answered within ${milliseconds} ms`,
          ),
        ),
      );
    deadline.signal.addEventListener('abort', onAbort, {once: true});
  });
  try {
    return await Promise.race([work(deadline), exceeded]);
  } finally {
    deadline.signal.removeEventListener('abort', onAbort!);
    deadline.clear();
  }
}
