import {BindingScope, inject, injectable} from '@loopback/core';
import type {Channel, ReturnedMessage} from 'rabbitmq-client';
import {BootConfigError} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {OSLO_PROPERTIES, Pulse, RabbitSession, SizedMessage} from '../rabbit';
import {
  CONDUCTOR_TOPIC,
  decodeReply,
  encodeRequest,
  msgIdIn,
  msgIdOf,
  newOsloId,
  OsloReply,
  RpcCall,
} from '../rpc';
import {causeOf} from '../rpc/cause-of';
import {remoteFailure} from './remote-failure';
import {asRpcTransport, RpcTransport} from './rpc-transport';
import {RpcUnavailable} from './rpc-unavailable';

// Room for what JSON adds around a script, and for the longest escape of a
// byte in one, \\u00XX, the message being text in a text.
const ENVELOPE_SIZE = 16 * 1024;
const ESCAPE_FACTOR = 7;

/** A call that waits for its reply. */
interface PendingCall {
  answer(reply: OsloReply): void;
  fail(error: BootConfigError): void;
  hostname: string;
  /** Whether the broker has it. */
  confirmed: boolean;
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
  private pulse?: Pulse;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /** @throws ConfigurationError when TLS lacks something */
  async init(): Promise<void> {
    await RabbitSession.check(this.options);
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
    const limited = this.limited(call, signal);
    const reply = await this.exchange(hostname, ...limited);
    if (reply.failure) throw remoteFailure(hostname, reply.failure);
    return reply.result;
  }

  /** Whether there is a connection to RabbitMQ. */
  async check(signal: AbortSignal): Promise<void> {
    await this.connected().whenOpen(signal);
  }

  async stop(): Promise<void> {
    const {session} = this;
    this.session = undefined;
    await session?.stop(async channel => {
      await channel.queueDelete({queue: this.replyQueue});
    });
    this.failAll('RPC is being stopped');
  }

  private connected(): RabbitSession {
    if (!this.session) {
      this.session = new RabbitSession(
        this.options,
        this.logger,
        {
          setUp: channel => this.setUp(channel),
          onReady: broker =>
            this.logger.info({broker}, 'connected to RabbitMQ for RPC calls'),
          onLost: error => {
            this.logger.warn({err: error}, 'connection to RabbitMQ lost');
            this.failAll(`connection to RabbitMQ lost: ${error.message}`);
          },
          onBlocked: reason => this.failUnconfirmed(blockedFor(reason)),
        },
        this.maxReplySize,
      );
      this.session.start();
    }
    return this.session;
  }

  private get maxReplySize(): number {
    const {max_script_size: maxSize} = this.options.boot_config;
    return ESCAPE_FACTOR * maxSize + ENVELOPE_SIZE;
  }

  private async setUp(channel: Channel): Promise<void> {
    const {rabbit_transient_quorum_queue: quorum} =
      this.options.oslo_messaging_rabbit;
    const {rabbit_transient_queues_ttl: ttl} =
      this.options.oslo_messaging_rabbit;
    this.pulse = new Pulse(
      channel,
      () => this.session?.blocked !== undefined,
      error => this.session?.reset(error),
    );
    channel.on('basic.return', message => this.onReturn(message));
    await channel.confirmSelect();
    // With it goes a consumer of the connection before, to which the broker may
    // still give each second reply, as it was not told of the loss.
    await channel.queueDelete({queue: this.replyQueue});
    await channel.queueDeclare({
      queue: this.replyQueue,
      durable: quorum,
      arguments: {
        ...(ttl && {'x-expires': ttl * 1000}),
        ...(quorum && {'x-queue-type': 'quorum'}),
      },
    });
    await channel.basicConsume({queue: this.replyQueue, noAck: true}, message =>
      this.onReply(message as SizedMessage),
    );
  }

  /** By `[DEFAULT] rpc_response_timeout`, if the deadline is later. */
  private limited(call: RpcCall, signal: AbortSignal): [RpcCall, AbortSignal] {
    const {DEFAULT, boot_config: own} = this.options;
    const longest = DEFAULT.rpc_response_timeout * 1000;
    const timeout = call.timeout ?? own.request_timeout * 1000;
    if (timeout <= longest) return [{...call, timeout}, signal];
    return [
      {...call, timeout: longest},
      AbortSignal.any([signal, AbortSignal.timeout(longest)]),
    ];
  }

  private async open(hostname: string, signal: AbortSignal): Promise<Channel> {
    const session = this.connected();
    let channel: Channel;
    try {
      channel = await session.whenOpen(signal);
    } catch (error) {
      const why = signal.aborted ? 'not in time' : causeOf(error as Error);
      throw unavailable(hostname, `RabbitMQ can't be reached: ${why}`, error);
    }
    // What it is given now it takes when nobody waits for it any more.
    const {blocked} = session;
    if (blocked !== undefined) throw unavailable(hostname, blockedFor(blocked));
    return channel;
  }

  private async exchange(
    hostname: string,
    call: RpcCall,
    signal: AbortSignal,
  ): Promise<OsloReply> {
    const channel = await this.open(hostname, signal);
    const msgId = newOsloId();
    let onAbort: () => void;
    try {
      return await new Promise<OsloReply>((resolve, reject) => {
        const pending: PendingCall = {
          answer: resolve,
          fail: reject,
          hostname,
          confirmed: false,
        };
        this.pending.set(msgId, pending);
        onAbort = () => reject(tooLate(pending));
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, {once: true});
        this.publish(channel, this.envelope(hostname, call), {
          body: encodeRequest(call, msgId, this.replyQueue),
          pending,
        }).catch((error: Error) =>
          reject(unavailable(hostname, error.message, error)),
        );
      });
    } finally {
      this.pending.delete(msgId);
      signal.removeEventListener('abort', onAbort!);
    }
  }

  /** Ends when the broker has it. */
  private async publish(
    channel: Channel,
    envelope: object,
    {body, pending}: {body: Buffer; pending: PendingCall},
  ): Promise<void> {
    const confirmed = channel.basicPublish(
      {...OSLO_PROPERTIES, ...envelope},
      body,
    );
    await this.pulse!.watch(confirmed);
    pending.confirmed = true;
  }

  private envelope(hostname: string, call: RpcCall) {
    const {DEFAULT, boot_config: own} = this.options;
    return {
      exchange: DEFAULT.control_exchange,
      routingKey: `${own.conductor_topic ?? CONDUCTOR_TOPIC}.${hostname}`,
      mandatory: true,
      // What nobody waits for any more is not delivered.
      expiration: String(Math.max(1, Math.ceil(call.timeout!))),
    };
  }

  private onReply({body, bodySize}: SizedMessage): void {
    this.pulse?.heard();
    try {
      if (bodySize > this.maxReplySize) {
        throw new Error(`it has more than ${this.maxReplySize} bytes`);
      }
      const reply = decodeReply(body);
      // A late one finds nobody who waits for it.
      if (reply.ending) this.pending.get(reply.msgId)?.answer(reply);
    } catch (error) {
      this.onBadReply(body, error as Error);
    }
  }

  private onBadReply(body: unknown, error: Error): void {
    const call = this.pending.get(msgIdIn(body) ?? '');
    if (!call) {
      this.logger.warn({err: error}, 'an RPC reply that is none');
      return;
    }
    call.fail(
      new BootConfigError(
        'conductor_error',
        `conductor ${call.hostname} gave no usable answer: ${error.message}`,
        {cause: error},
      ),
    );
  }

  private onReturn(message: ReturnedMessage): void {
    const call = this.pending.get(msgIdOf(message.body) ?? '');
    call?.fail(
      new BootConfigError(
        'conductor_unreachable',
        outOfReach(
          call.hostname,
          `there is no queue ${message.routingKey} (${message.replyText})`,
        ),
      ),
    );
  }

  private failUnconfirmed(why: string): void {
    for (const call of this.pending.values()) {
      if (!call.confirmed) call.fail(unavailable(call.hostname, why));
    }
  }

  private failAll(why: string): void {
    for (const call of this.pending.values()) {
      call.fail(unavailable(call.hostname, why));
    }
  }
}

function tooLate({hostname, confirmed}: PendingCall): BootConfigError {
  if (!confirmed) {
    return unavailable(hostname, 'RabbitMQ did not take the call in time');
  }
  return new BootConfigError(
    'conductor_timeout',
    `conductor ${hostname} did not answer in time`,
  );
}

function blockedFor(reason: string): string {
  return `RabbitMQ takes no messages: ${reason}`;
}

function unavailable(
  hostname: string,
  why: string,
  cause?: unknown,
): BootConfigError {
  return new RpcUnavailable(outOfReach(hostname, why), {cause});
}

function outOfReach(hostname: string, why: string): string {
  return `conductor ${hostname} can't be reached: ${why}`;
}
