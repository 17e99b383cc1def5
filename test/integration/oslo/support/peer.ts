import {AsyncMessage, Channel, Connection} from 'rabbitmq-client';
import {RabbitMq} from '../../../support/rabbitmq';

/** A client of RabbitMQ of the test's own, which sees what lies in queues. */
export class Peer {
  readonly received: AsyncMessage[] = [];

  private constructor(
    private readonly connection: Connection,
    readonly channel: Channel,
  ) {}

  static async connect(broker: RabbitMq): Promise<Peer> {
    const connection = new Connection({
      hostname: '127.0.0.1',
      port: broker.port,
      noDelay: true,
    });
    connection.on('error', () => {});
    return new Peer(connection, await connection.acquire());
  }

  /** Takes what is sent to a conductor and does not answer. */
  async listen(queue: string, exchange = 'ironic'): Promise<void> {
    await this.channel.exchangeDeclare({exchange, type: 'topic'});
    await this.channel.queueDeclare({queue});
    await this.channel.queueBind({queue, exchange, routingKey: queue});
    await this.channel.basicConsume({queue, noAck: true}, message => {
      this.received.push(message);
    });
  }

  /** Number of messages that lie in a queue. */
  async count(queue: string): Promise<number> {
    const {messageCount} = await this.channel.queueDeclare({
      queue,
      passive: true,
    });
    return messageCount;
  }

  async close(): Promise<void> {
    await this.channel.close();
    await this.connection.close();
  }
}
