import {BindingScope, inject, lifeCycleObserver, Server} from '@loopback/core';
import type {AsyncMessage, Channel} from 'rabbitmq-client';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {OSLO_PROPERTIES, RabbitSession, rabbitTls} from '../rabbit';
import {ConductorApi, CONDUCTOR_TOPIC} from '../rpc';
import {dispatch, OsloAnswer} from './oslo-dispatcher';

/**
 * Answers RPC over RabbitMQ in oslo.messaging's format as Ironic's conductors
 * do, for `get_boot_config` alone. Listens when `[DEFAULT] rpc_transport` is
 * `oslo`, from when the broker can be reached, and again after it was away.
 */
@lifeCycleObserver('server', {scope: BindingScope.SINGLETON})
export class OsloServer implements Server {
  private readonly inFlight = new Set<Promise<void>>();
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

  /** @throws ConfigurationError for files of TLS that can't be used */
  async init(): Promise<void> {
    if (this.isWanted()) await rabbitTls(this.options);
  }

  async start(): Promise<void> {
    if (!this.isWanted()) return;
    const {queue} = this;
    this.session = new RabbitSession(this.options, {
      setUp: channel => this.setUp(channel),
      onReady: broker =>
        this.logger.info({broker, queue}, 'conductor listens on RabbitMQ'),
      onLost: error =>
        this.logger.warn({err: error}, 'connection to RabbitMQ lost'),
      onFailed: error =>
        this.logger.warn({err: error}, "RabbitMQ can't be reached"),
    });
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
    const {consumerTag} = await channel.basicConsume({queue}, message => {
      const answered = this.handle(channel, message).catch((error: Error) =>
        this.logger.error({err: error}, 'an RPC request failed'),
      );
      this.inFlight.add(answered);
      void answered.then(() => this.inFlight.delete(answered));
    });
    this.consumerTag = consumerTag;
  }

  private async handle(channel: Channel, message: AsyncMessage): Promise<void> {
    // Before the work, as oslo.messaging does: what ends this process must not
    // come again.
    channel.basicAck({deliveryTag: message.deliveryTag});
    const answer = await dispatch(this.conductor, message.body, error =>
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
