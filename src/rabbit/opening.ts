import type {Channel} from 'rabbitmq-client';

/** The outcome of the attempts that are under way to open a channel. */
export class Opening {
  succeed!: (channel: Channel) => void;
  fail!: (error: Error) => void;

  private readonly outcome: Promise<Channel>;

  constructor() {
    this.outcome = new Promise<Channel>((resolve, reject) => {
      this.succeed = resolve;
      this.fail = reject;
    });
    this.outcome.catch(() => {});
  }

  async wait(signal: AbortSignal): Promise<Channel> {
    signal.throwIfAborted();
    let onAbort: () => void;
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, {once: true});
    });
    try {
      return await Promise.race([this.outcome, aborted]);
    } finally {
      signal.removeEventListener('abort', onAbort!);
    }
  }
}
