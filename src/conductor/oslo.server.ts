import {BindingScope, inject, lifeCycleObserver, Server} from '@loopback/core';
import type {Channel} from 'rabbitmq-client';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {OSLO_PROPERTIES, RabbitSession, SizedMessage} from '../rabbit';
import {ConductorApi, CONDUCTOR_TOPIC} from '../rpc';
import {dispatch, MAX_BODY_SIZE, OsloAnswer} from './oslo-dispatcher';
import {Turns} from './turns';

// As oslo.messaging's executor_thread_pool_size. So many more the broker may
// send ahead; the others stay with it, until nobody waits for them any more.
const MAX_AT_WORK = 64;

/**
 * Answers RPC over RabbitMQ in oslo.messaging's format as Ironic's conductors
 * do, for `get_boot_config` alone. Listens when `[DEFAULT] rpc_transport` is
 * `oslo`, from when the broker can be reached, and again after it was away.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
export class OsloServer implements Server {
  private readonly inFlight = new Set<Promise<void>>();
  private readonly turns = new Turns(MAX_AT_WORK);
  private session?: RabbitSession;
  private consumerTag = '';

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.CONDUCTOR)
    private readonly conductor: ConductorApi,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  get listening(): boolean {
    return this.session?.channel !== undefined;
  }

  /** @throws ConfigurationError when TLS lacks something */
  async init(): Promise<void> {
    if (this.isWanted()) await RabbitSession.check(this.options);
  }

  async start(): Promise<void> {
    if (!this.isWanted()) return;
    const {queue} = this;
    this.session = new RabbitSession(
      this.options,
      this.logger,
      {
        setUp: channel => this.setUp(channel),
        onReady: broker =>
          this.logger.info({broker, queue}, 'conductor listens on RabbitMQ'),
        onLost: error =>
          this.logger.warn({err: error}, 'connection to RabbitMQ lost'),
      },
      MAX_BODY_SIZE,
    );
    this.session.start();
  }

  async stop(): Promise<void> {
    const {session} = this;
    await session?.stop(async channel => {
      await channel.basicCancel({consumerTag: this.consumerTag});
      await Promise.allSettled(this.inFlight);
    });
    this.session = undefined;
  }

  private isWanted(): boolean {
    return this.options.DEFAULT.rpc_transport === 'oslo';
  }

  /** Name of the queue, and the key by which the exchange finds it. */
  private get queue(): string {
    const {DEFAULT, boot_config: own} = this.options;
    return `${own.conductor_topic ?? CONDUCTOR_TOPIC}.${DEFAULT.host}`;
  }

  private async setUp(channel: Channel): Promise<void> {
    const {queue} = this;
    const {control_exchange: exchange} = this.options.DEFAULT;
    const {
      amqp_auto_delete: autoDelete,
      amqp_durable_queues: durableQueues,
      rabbit_quorum_queue: quorum,
    } = this.options.oslo_messaging_rabbit;
    const durable = durableQueues || quorum;
    await channel.exchangeDeclare({
      exchange,
      type: 'topic',
      durable,
      autoDelete,
    });
    await channel.queueDeclare({
      queue,
      durable,
      autoDelete,
      arguments: quorum ? {'x-queue-type': 'quorum'} : {},
    });
    await channel.queueBind({queue, exchange, routingKey: queue});
    await channel.basicQos({prefetchCount: MAX_AT_WORK});
    // Before one of a connection, or of a process, of whose end the broker was
    // not told: it may still have that.
    const consumer = {queue, arguments: {'x-priority': secondsSinceEpoch()}};
    const {consumerTag} = await channel.basicConsume(consumer, message => {
      const answered = this.turns
        .take(() => this.handle(channel, message as SizedMessage))
        .catch((error: Error) =>
          this.logger.error({err: error}, 'an RPC request failed'),
        );
      this.inFlight.add(answered);
      void answered.then(() => this.inFlight.delete(answered));
    });
    this.consumerTag = consumerTag;
  }

  private async handle(channel: Channel, message: SizedMessage): Promise<void> {
    // The broker gives it out again.
    if (!channel.active) return;
    // Before the work, as oslo.messaging does: what ends this process must not
    // come again.
    channel.basicAck({deliveryTag: message.deliveryTag});
    const answer = await dispatch(this.conductor, message, error =>
      this.logger.error({err: error}, 'get_boot_config failed'),
    );
    if (answer) await this.send(answer);
  }

  private async send({replyQueue, body}: OsloAnswer): Promise<void> {
    // The reply queue outlives a connection, so a new one will do.
    await this.session?.channel?.basicPublish(
      {...OSLO_PROPERTIES, exchange: '', routingKey: replyQueue},
      body,
    );
  }
}

function secondsSinceEpoch(): number {
  return Math.floor(Date.now() / 1000);
}
