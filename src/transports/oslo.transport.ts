import {BindingScope, inject, injectable} from '@loopback/core';
import type {AsyncMessage, Channel, ReturnedMessage} from 'rabbitmq-client';
import {BootConfigError} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {OSLO_PROPERTIES, RabbitSession, rabbitTls} from '../rabbit';
import {
  CONDUCTOR_TOPIC,
  decodeReply,
  encodeRequest,
  msgIdOf,
  newOsloId,
  OsloReply,
  RpcCall,
} from '../rpc';
import {remoteFailure} from './remote-failure';
import {asRpcTransport, RpcTransport} from './rpc-transport';

// A broker that does not confirm a message for so long is taken for gone,
// sooner than missing heartbeats tell.
const UNCONFIRMED_MS = 2000;

/** A call that waits for its reply. */
interface PendingCall {
  answer(reply: OsloReply): void;
  fail(error: BootConfigError): void;
  hostname: string;
}

/**
 * RabbitMQ in oslo.messaging's format: one connection and one reply queue for
 * all conductors.
 *
 * `[boot_config] conductor_topic` takes the place of Ironic's topic, as it is
 * the agents' that share the conductors' names.
 */
@injectable(asRpcTransport, {scope: BindingScope.SINGLETON})
export class OsloTransport implements RpcTransport {
  readonly name = 'oslo';

  private readonly replyQueue = `reply_${newOsloId()}`;
  private readonly pending = new Map<string, PendingCall>();
  private session?: RabbitSession;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /** @throws ConfigurationError for files of TLS that can't be used */
  async init(): Promise<void> {
    await rabbitTls(this.options);
  }

  /** Connects in the background. */
  start(): void {
    this.connected();
  }

  async call(
    hostname: string,
    call: RpcCall,
    signal: AbortSignal,
  ): Promise<unknown> {
    const channel = await this.open(hostname, signal);
    const reply = await this.exchange(channel, hostname, call, signal);
    if (reply.failure) throw remoteFailure(hostname, reply.failure);
    return reply.result;
  }

  async stop(): Promise<void> {
    const {session} = this;
    this.session = undefined;
    await session?.stop();
    this.failAll('RPC is being stopped');
  }

  private connected(): RabbitSession {
    if (!this.session) {
      this.session = new RabbitSession(this.options, {
        setUp: channel => this.setUp(channel),
        onReady: broker =>
          this.logger.info({broker}, 'connected to RabbitMQ for RPC calls'),
        onLost: error => {
          this.logger.warn({err: error}, 'connection to RabbitMQ lost');
          this.failAll(`connection to RabbitMQ lost: ${error.message}`);
        },
        onFailed: error =>
          this.logger.warn({err: error}, "RabbitMQ can't be reached"),
      });
      this.session.start();
    }
    return this.session;
  }

  private async setUp(channel: Channel): Promise<void> {
    const {rabbit_transient_quorum_queue: quorum} =
      this.options.oslo_messaging_rabbit;
    const {rabbit_transient_queues_ttl: ttl} =
      this.options.oslo_messaging_rabbit;
    channel.on('basic.return', message => this.onReturn(message));
    await channel.confirmSelect();
    await channel.queueDeclare({
      queue: this.replyQueue,
      durable: quorum,
      arguments: {
        ...(ttl && {'x-expires': ttl * 1000}),
        ...(quorum && {'x-queue-type': 'quorum'}),
      },
    });
    await channel.basicConsume({queue: this.replyQueue, noAck: true}, message =>
      this.onReply(message),
    );
  }

  private async open(hostname: string, signal: AbortSignal): Promise<Channel> {
    try {
      return await this.connected().whenOpen(signal);
    } catch (error) {
      const why = signal.aborted ? 'not in time' : (error as Error).message;
      throw unreachable(hostname, `RabbitMQ can't be reached: ${why}`, error);
    }
  }

  private async exchange(
    channel: Channel,
    hostname: string,
    call: RpcCall,
    signal: AbortSignal,
  ): Promise<OsloReply> {
    const msgId = newOsloId();
    const publishing = new Publishing(channel, this.envelope(hostname, call));
    let onAbort: () => void;
    try {
      return await new Promise<OsloReply>((resolve, reject) => {
        this.pending.set(msgId, {answer: resolve, fail: reject, hostname});
        onAbort = () => reject(this.tooLate(hostname, publishing));
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, {once: true});
        publishing
          .send(encodeRequest(call, msgId, this.replyQueue))
          .catch((error: Error) =>
            reject(unreachable(hostname, error.message, error)),
          );
      });
    } finally {
      this.pending.delete(msgId);
      signal.removeEventListener('abort', onAbort!);
    }
  }

  private envelope(hostname: string, call: RpcCall) {
    const {DEFAULT, boot_config: own} = this.options;
    const timeout = call.timeout ?? own.request_timeout * 1000;
    return {
      exchange: DEFAULT.control_exchange,
      routingKey: `${own.conductor_topic ?? CONDUCTOR_TOPIC}.${hostname}`,
      mandatory: true,
      // What nobody waits for any more is not delivered.
      expiration: String(Math.max(1, Math.ceil(timeout))),
    };
  }

  private tooLate(hostname: string, publishing: Publishing): BootConfigError {
    if (publishing.confirmed) {
      return new BootConfigError(
        'conductor_timeout',
        `conductor ${hostname} did not answer in time`,
      );
    }
    const reason = 'RabbitMQ did not take the call in time';
    if (publishing.age > UNCONFIRMED_MS) this.session?.reset(reason);
    return unreachable(hostname, reason);
  }

  private onReply(message: AsyncMessage): void {
    try {
      const reply = decodeReply(message.body);
      // A late one finds nobody who waits for it.
      if (reply.ending) this.pending.get(reply.msgId)?.answer(reply);
    } catch (error) {
      this.logger.warn({err: error}, 'an RPC reply that is none');
    }
  }

  private onReturn(message: ReturnedMessage): void {
    const call = this.pending.get(msgIdOf(message.body) ?? '');
    call?.fail(
      unreachable(
        call.hostname,
        `there is no queue ${message.routingKey} (${message.replyText})`,
      ),
    );
  }

  private failAll(why: string): void {
    for (const call of this.pending.values()) {
      call.fail(unreachable(call.hostname, why));
    }
  }
}

/** The way of one message to the broker. */
class Publishing {
  /** Whether the broker has it. */
  confirmed = false;

  private readonly since = performance.now();

  constructor(
    private readonly channel: Channel,
    private readonly envelope: object,
  ) {}

  /** Milliseconds since it was begun. */
  get age(): number {
    return performance.now() - this.since;
  }

  async send(body: Buffer): Promise<void> {
    await this.channel.basicPublish(
      {...OSLO_PROPERTIES, ...this.envelope},
      body,
    );
    this.confirmed = true;
  }
}

function unreachable(
  hostname: string,
  why: string,
  cause?: unknown,
): BootConfigError {
  return new BootConfigError(
    'conductor_unreachable',
    `conductor ${hostname} can't be reached: ${why}`,
    {cause},
  );
}
