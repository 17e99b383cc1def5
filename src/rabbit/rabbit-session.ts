import {setTimeout as pause} from 'node:timers/promises';
import type {Channel} from 'rabbitmq-client';
import {
  BootConfigOptions,
  BrokerAddress,
  parseTransportUrl,
  TransportAddress,
} from '../config';
import {Logger} from '../logger';
import {formatHostAddress} from '../rpc';
import {causeOf} from '../rpc/cause-of';
import {Attempts} from './attempts';
import {limitBodies} from './body-limit';
import type {BrokerConnection} from './broker-connection';
import {connectionOptions} from './connection-options';
import {Opening} from './opening';
import {rabbitTls} from './rabbit-tls';

const CLOSE_TIMEOUT_MS = 5000;

// As oslo.messaging's rabbit_retry_interval, without its growing pauses: the
// firmware that waits for a script does not wait for long.
const RETRY_MS = 1000;

export interface RabbitSessionEvents {
  /** Declares and consumes what is needed, on each new channel. */
  setUp(channel: Channel): Promise<void>;
  onReady(broker: string): void;
  /** A connection that was ready is lost. */
  onLost?(error: Error): void;
  /** The broker takes no messages for a while. */
  onBlocked?(reason: string): void;
}

/**
 * One connection to RabbitMQ with one channel, made anew whenever it is lost:
 * to the next broker, if there are several.
 */
export class RabbitSession {
  private readonly address: TransportAddress;
  private readonly stopping = new AbortController();
  /** What has been logged of each broker since the last success. */
  private readonly told = new Map<BrokerAddress, string>();
  private running?: Promise<void>;
  private opening = new Opening();
  private connection?: BrokerConnection;
  private readyChannel?: Channel;
  private next = 0;

  /** @param maxBodySize - of a message; see `limitBodies` */
  constructor(
    private readonly options: BootConfigOptions,
    private readonly logger: Logger,
    private readonly events: RabbitSessionEvents,
    private readonly maxBodySize: number,
  ) {
    const address = parseTransportUrl(options.DEFAULT.transport_url);
    if (!address) throw new Error('[DEFAULT] transport_url is not usable');
    this.address = address;
  }

  /** @throws ConfigurationError when it can't be used as configured */
  static async check(options: BootConfigOptions): Promise<void> {
    await rabbitTls(options);
  }

  /** The channel while there is one that can be used. */
  get channel(): Channel | undefined {
    return this.readyChannel;
  }

  /** Why the broker takes no messages at the moment, if it does not. */
  get blocked(): string | undefined {
    return this.connection?.blocked;
  }

  /** Connects in the background, until `stop`. */
  start(): void {
    this.running ??= this.run();
  }

  /**
   * The channel as soon as there is one.
   *
   * @throws Error at once when no broker can be reached at the moment
   */
  async whenOpen(signal: AbortSignal): Promise<Channel> {
    return this.channel ?? this.opening.wait(signal);
  }

  /** Gives up the connection, and makes a new one. */
  reset(error: Error): void {
    this.connection?.lose(error);
  }

  /** @param finish - what is still to be done with the channel */
  async stop(finish?: (channel: Channel) => Promise<void>): Promise<void> {
    const {connection, channel} = this;
    this.stopping.abort();
    if (connection && channel) {
      const closing = (async () => {
        await finish?.(channel);
        await connection.close(channel);
      })();
      await settled(closing, CLOSE_TIMEOUT_MS);
    }
    connection?.lose(new Error('stopped'));
    await this.running;
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    for (;;) {
      this.connection = await this.connect();
      if (!this.connection) break;
      const since = performance.now();
      const {error, wasReady} = await this.use(this.connection);
      if (this.stopped) break;
      if (wasReady) this.events.onLost?.(error);
      else this.tell(this.connection.broker, error);
      this.opening.fail(error);
      const rest = RETRY_MS - (performance.now() - since);
      await pause(rest, undefined, this.stopping).catch(() => {});
      this.opening = new Opening();
    }
    this.opening.fail(new Error('stopped'));
  }

  /** @returns `undefined` when it is to stop */
  private async connect(): Promise<BrokerConnection | undefined> {
    const {brokers} = this.address;
    const attempts = new Attempts(
      this.stopping.signal,
      broker => connectionOptions(this.options, this.address, broker),
      (broker, error) => this.tell(broker, error),
    );
    while (!this.stopped && !attempts.taken) {
      const since = performance.now();
      for (let tried = 0; tried < brokers.length; tried++) {
        if (this.stopped || attempts.taken) break;
        await attempts.begin(brokers[this.next++ % brokers.length], RETRY_MS);
      }
      const {haveFailed} = attempts;
      if (haveFailed) this.opening.fail(attempts.failure);
      await attempts.wait(RETRY_MS - (performance.now() - since));
      if (haveFailed) this.opening = new Opening();
    }
    if (this.stopped) attempts.taken?.lose(new Error('stopped'));
    return this.stopped ? undefined : attempts.taken;
  }

  /** Ends when the connection is lost. */
  private async use(
    connection: BrokerConnection,
  ): Promise<{error: Error; wasReady: boolean}> {
    try {
      const channel = await connection.openChannel(
        async one => {
          limitBodies(one, this.maxBodySize);
          await this.events.setUp(one);
        },
        reason => this.onBlocked(reason),
      );
      this.readyChannel = channel;
      this.told.clear();
      this.events.onReady(formatHostAddress(connection.broker));
      this.opening.succeed(channel);
      return {error: await connection.untilLost(), wasReady: true};
    } catch (error) {
      return {error: error as Error, wasReady: false};
    } finally {
      this.readyChannel = undefined;
      connection.lose(new Error('not needed'));
    }
  }

  private onBlocked(reason?: string): void {
    if (reason === undefined) {
      this.logger.info({}, 'RabbitMQ takes messages again');
      return;
    }
    this.logger.warn({reason}, 'RabbitMQ takes no messages for a while');
    this.events.onBlocked?.(reason);
  }

  /** Once for each cause, until a broker could be used. */
  private tell(broker: BrokerAddress, error: Error): void {
    const cause = causeOf(error);
    if (this.told.get(broker) === cause) return;
    this.told.set(broker, cause);
    this.logger.warn(
      {broker: formatHostAddress(broker), err: error},
      `RabbitMQ can't be reached: ${cause}`,
    );
  }
}

/** Waits for something to settle, but no longer than `milliseconds`. */
async function settled(
  promise: Promise<void>,
  milliseconds: number,
): Promise<void> {
  const over = new AbortController();
  const late = pause(milliseconds, undefined, over);
  await Promise.race([promise, late]).catch(() => {});
  late.catch(() => {});
  over.abort();
}
