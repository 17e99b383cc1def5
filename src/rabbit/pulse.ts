import type {Channel} from 'rabbitmq-client';

// A broker that owes a confirmation and is silent for so long is asked for a
// sign of life,
const SILENT_MS = 500;

// and taken for gone if it still says nothing: much sooner than missing
// heartbeats tell.
const ANSWER_MS = 1000;

/** Finds out that the broker at the other end of a channel is gone. */
export class Pulse {
  private owed = 0;
  private heardAt = 0;
  private timer?: NodeJS.Timeout;

  /**
   * @param isBlocked - whether the broker has said that it will not listen
   * @param onGone - called when it gives no sign of life
   */
  constructor(
    private readonly channel: Channel,
    private readonly isBlocked: () => boolean,
    private readonly onGone: (error: Error) => void,
  ) {}

  /** Something came from the broker. */
  heard(): void {
    this.heardAt = performance.now();
  }

  /** Watches the broker until it has confirmed something. */
  async watch(confirmed: Promise<void>): Promise<void> {
    this.owed += 1;
    this.later(SILENT_MS, () => this.check());
    try {
      await confirmed;
      this.heard();
    } finally {
      this.owed -= 1;
    }
  }

  private check(): void {
    if (this.owed === 0) return;
    const isSilent = performance.now() - this.heardAt >= SILENT_MS;
    if (!isSilent || this.isBlocked()) {
      this.later(SILENT_MS, () => this.check());
      return;
    }
    this.ask();
  }

  /** Asks what costs nothing and changes nothing. */
  private ask(): void {
    const askedAt = performance.now();
    this.channel.basicQos({prefetchCount: 0}).then(
      () => this.heard(),
      // Then the channel is closed, which others are told of.
      () => {},
    );
    this.later(ANSWER_MS, () => {
      // After what has come was read, should this process have been held up.
      setImmediate(() => {
        if (this.heardAt < askedAt) {
          this.onGone(new Error('RabbitMQ gives no sign of life'));
        } else {
          this.check();
        }
      });
    });
  }

  private later(milliseconds: number, action: () => void): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      action();
    }, milliseconds).unref();
  }
}
