/**
 * Work that several wait for, each until its own signal fires. It is ended when
 * nobody waits for it any more.
 */
export class SharedWork<T> {
  private readonly controller = new AbortController();
  private readonly result: Promise<T>;
  private waiting = 0;

  /** @param work - ends when the signal fires */
  constructor(work: (signal: AbortSignal) => Promise<T>) {
    this.result = work(this.controller.signal);
    // Those who wait hear of it, if there still are any.
    this.result.catch(() => {});
  }

  /** Whether it was ended, so that nobody can join any more. */
  get isGivenUp(): boolean {
    return this.controller.signal.aborted;
  }

  /**
   * Waits for the result, or for the signal.
   *
   * @param tooLate - makes the failure at the signal
   */
  join(signal: AbortSignal, tooLate: () => Error): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        if (--this.waiting === 0) this.controller.abort();
        reject(tooLate());
      };
      this.waiting += 1;
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, {once: true});
      this.result
        .then(resolve, reject)
        .finally(() => signal.removeEventListener('abort', giveUp));
    });
  }
}
