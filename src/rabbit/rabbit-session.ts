import {setTimeout as pause} from 'node:timers/promises';
import {Channel, Connection} from 'rabbitmq-client';
import {
  BootConfigOptions,
  BrokerAddress,
  parseTransportUrl,
  TransportAddress,
} from '../config';
import {formatHostAddress} from '../rpc';
import {rabbitTls} from './rabbit-tls';

const CONNECT_TIMEOUT_MS = 5000;
const CLOSE_TIMEOUT_MS = 5000;

// As oslo.messaging's rabbit_retry_interval, without its growing pauses: the
// firmware that waits for a script does not wait for long.
const RETRY_MS = 1000;

export interface RabbitSessionEvents {
  /** Declares and consumes what is needed, on each new channel. */
  setUp(channel: Channel): Promise<void>;
  onReady?(broker: string): void;
  /** A connection that was ready is lost. */
  onLost?(error: Error): void;
  /** No broker could be reached or used, the first time in a row. */
  onFailed?(error: Error): void;
}

/**
 * One connection to RabbitMQ with one channel, made anew whenever it is lost:
 * to the broker that was used last if it is there, otherwise to the next one.
 */
export class RabbitSession {
  private readonly address: TransportAddress;
  private readonly stopping = new AbortController();
  private running?: Promise<void>;
  private opening = new Opening();
  private open?: {connection: Connection; channel: Channel};
  private lose?: (error: Error) => void;
  private last = 0;

  constructor(
    private readonly options: BootConfigOptions,
    private readonly events: RabbitSessionEvents,
  ) {
    const address = parseTransportUrl(options.DEFAULT.transport_url);
    if (!address) throw new Error('[DEFAULT] transport_url is not usable');
    this.address = address;
  }

  /** The channel while there is one that can be used. */
  get channel(): Channel | undefined {
    return this.open?.channel;
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

  /** Gives up a connection over which nothing comes, and makes a new one. */
  reset(reason: string): void {
    this.lose?.(new Error(reason));
  }

  /** @param finish - what is still to be done with the channel */
  async stop(finish?: (channel: Channel) => Promise<void>): Promise<void> {
    const {open} = this;
    this.stopping.abort();
    if (open) {
      const closing = close(open, finish).catch(() => {});
      const over = new AbortController();
      await Promise.race([
        closing,
        pause(CLOSE_TIMEOUT_MS, undefined, over).catch(() => {}),
      ]);
      over.abort();
    }
    this.lose?.(new Error('stopped'));
    await this.running;
  }

  private get stopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.stopped) {
      const since = performance.now();
      const {error, wasReady} = await this.tryBrokers();
      this.opening.fail(error);
      if (this.stopped) return;
      failures = wasReady ? 0 : failures + 1;
      if (wasReady) this.events.onLost?.(error);
      else if (failures === 1) this.events.onFailed?.(error);
      const rest = RETRY_MS - (performance.now() - since);
      if (rest > 0) {
        await pause(rest, undefined, this.stopping).catch(() => {});
      }
      if (!this.stopped) this.opening = new Opening();
    }
  }

  /** Ends when no broker could be used, or the one that was used is gone. */
  private async tryBrokers(): Promise<{error: Error; wasReady: boolean}> {
    const {brokers} = this.address;
    const first = this.last;
    let error = new Error('stopped');
    for (let at = 0; at < brokers.length && !this.stopped; at++) {
      this.last = (first + at) % brokers.length;
      const used = await this.use(brokers[this.last]);
      if (used.wasReady) return used;
      error = used.error;
    }
    return {error, wasReady: false};
  }

  private async use(
    broker: BrokerAddress,
  ): Promise<{error: Error; wasReady: boolean}> {
    let connection: Connection | undefined;
    let wasReady = false;
    try {
      const lost = new Promise<never>((_resolve, reject) => {
        this.lose = reject;
      });
      lost.catch(() => {});
      connection = new Connection(await this.connectionOptions(broker));
      connection.on('error', this.lose!);
      const channel = await Promise.race([this.openChannel(connection), lost]);
      wasReady = true;
      this.open = {connection, channel};
      this.events.onReady?.(formatHostAddress(broker));
      this.opening.succeed(channel);
      return await lost;
    } catch (error) {
      return {error: error as Error, wasReady};
    } finally {
      this.open = undefined;
      this.lose = undefined;
      connection?.unsafeDestroy();
    }
  }

  private async openChannel(connection: Connection): Promise<Channel> {
    const channel = await connection.acquire({emitErrorsFromChannel: true});
    const lose = this.lose!;
    channel.on('error', lose);
    channel.on('basic.cancel', (_tag, error) => lose(error as Error));
    channel.on('close', () => {
      if (this.stopped) return;
      // After the error that closed it had its say.
      setImmediate(() => lose(new Error('the channel was closed')));
    });
    await this.events.setUp(channel);
    return channel;
  }

  private async connectionOptions(broker: BrokerAddress) {
    const {heartbeat_timeout_threshold: heartbeat} =
      this.options.oslo_messaging_rabbit;
    return {
      hostname: broker.host,
      port: broker.port,
      username: broker.username,
      password: broker.password,
      vhost: this.address.virtualHost,
      // Otherwise a call waits for the acknowledgement of the one before.
      noDelay: true,
      heartbeat,
      acquireTimeout: CONNECT_TIMEOUT_MS,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      connectionName: `ironic-boot-config:${process.pid}`,
      // Read anew each time, as certificates are renewed.
      tls: await rabbitTls(this.options),
    };
  }
}

async function close(
  {connection, channel}: {connection: Connection; channel: Channel},
  finish?: (channel: Channel) => Promise<void>,
): Promise<void> {
  await finish?.(channel);
  await channel.close();
  await connection.close();
}

/** The outcome of the attempts that are under way to open a channel. */
class Opening {
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
