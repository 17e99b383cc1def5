import {Channel, Connection, ConnectionOptions} from 'rabbitmq-client';
import type {BrokerAddress} from '../config';

const SET_UP_TIMEOUT_MS = 5000;

/** One connection to one broker. When it is lost, it is lost. */
export class BrokerConnection {
  /** Why the broker takes no messages at the moment, if it does not. */
  blocked?: string;

  private readonly connection: Connection;
  private readonly lost: Promise<never>;
  private reject!: (error: Error) => void;
  private closing = false;

  constructor(
    readonly broker: BrokerAddress,
    private readonly options: ConnectionOptions,
  ) {
    this.lost = new Promise<never>((_resolve, reject) => {
      this.reject = reject;
    });
    this.lost.catch(() => {});
    this.connection = new Connection(options);
    this.connection.on('error', (error: Error) => this.lose(error));
  }

  /** Settles when the broker has taken the connection, or will not. */
  async made(): Promise<this> {
    const connected = new Promise<this>(resolve => {
      this.connection.on('connection', () => resolve(this));
    });
    try {
      return await Promise.race([connected, this.lost]);
    } catch (error) {
      const isClosed = (error as {code?: string}).code === 'CONN_CLOSE';
      if (!isClosed || this.options.tls) throw error;
      throw new Error(
        'it closed the connection without a word: if it wants TLS, set [oslo_messaging_rabbit] ssl',
        {cause: error},
      );
    }
  }

  /**
   * The one channel of this connection.
   *
   * @param setUp - what is to be done with it first
   * @param onBlocked - told when the broker takes no messages, and why, and
   *   without a reason when it does again
   */
  async openChannel(
    setUp: (channel: Channel) => Promise<void>,
    onBlocked: (reason?: string) => void,
  ): Promise<Channel> {
    const block = (reason?: string) => {
      this.blocked = reason;
      onBlocked(reason);
    };
    this.connection.on('connection.blocked', block);
    this.connection.on('connection.unblocked', () => block());
    const timer = setTimeout(
      () => this.lose(new Error('RabbitMQ does not open a channel')),
      SET_UP_TIMEOUT_MS,
    );
    try {
      return await Promise.race([this.channelWith(setUp), this.lost]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Why it was lost, when it is. */
  async untilLost(): Promise<Error> {
    return this.lost.catch((error: Error) => error);
  }

  /** Gives it up. */
  lose(error: Error): void {
    this.reject(error);
    this.connection.unsafeDestroy();
  }

  async close(channel: Channel): Promise<void> {
    this.closing = true;
    await channel.close();
    await this.connection.close();
  }

  private async channelWith(
    setUp: (channel: Channel) => Promise<void>,
  ): Promise<Channel> {
    const channel = await this.connection.acquire({
      emitErrorsFromChannel: true,
    });
    channel.on('error', (error: Error) => this.lose(error));
    channel.on('basic.cancel', (_tag, error) => this.lose(error as Error));
    channel.on('close', () => {
      if (this.closing) return;
      // After the error that closed it had its say.
      setImmediate(() => this.lose(new Error('the channel was closed')));
    });
    await setUp(channel);
    return channel;
  }
}
