import {AsyncMessage, Channel, Connection} from 'rabbitmq-client';
import {RabbitMq} from '../../support/rabbitmq';
import {queueOf} from './rabbit-stand';

/** A call that a rogue conductor got by RabbitMQ. */
export interface RogueOsloCall {
  /** Id of the call, which its reply carries. */
  msgId: string;
  /** Sends a body to who called. */
  reply: (body: string | Buffer) => Promise<void>;
}

/** What it does about a call. */
export type OsloRoguery = (call: RogueOsloCall) => unknown;

/** Replies by RabbitMQ as badly as it is told. */
export class RogueOsloConductor {
  /** Calls that it has got. */
  calls = 0;

  private constructor(
    private readonly connection: Connection,
    private readonly channel: Channel,
    public roguery: OsloRoguery,
  ) {}

  static async start(
    broker: RabbitMq,
    host: string,
    roguery: OsloRoguery,
  ): Promise<RogueOsloConductor> {
    const connection = new Connection({
      hostname: '127.0.0.1',
      port: broker.port,
      noDelay: true,
    });
    connection.on('error', () => {});
    const channel = await connection.acquire();
    const rogue = new RogueOsloConductor(connection, channel, roguery);
    const [exchange, queue] = ['ironic', queueOf(host)];
    await channel.exchangeDeclare({exchange, type: 'topic'});
    await channel.queueDeclare({queue});
    await channel.queueBind({queue, exchange, routingKey: queue});
    await channel.basicConsume({queue, noAck: true}, call => rogue.take(call));
    return rogue;
  }

  async stop(): Promise<void> {
    await this.channel.close();
    await this.connection.close();
  }

  private take(message: AsyncMessage): void {
    const envelope = JSON.parse((message.body as Buffer).toString()) as {
      'oslo.message': string;
    };
    const call = JSON.parse(envelope['oslo.message']) as {
      _msg_id: string;
      _reply_q: string;
    };
    this.calls += 1;
    this.roguery({
      msgId: call._msg_id,
      reply: async body =>
        this.channel.basicPublish({routingKey: call._reply_q}, body),
    });
  }
}

/** A reply in oslo.messaging's envelope. */
export function osloReply(msgId: unknown, content: object): Buffer {
  const message = {
    result: null,
    failure: null,
    ending: true,
    ...content,
    _msg_id: msgId,
    _unique_id: '0'.repeat(32),
  };
  return Buffer.from(
    JSON.stringify({
      'oslo.version': '2.0',
      'oslo.message': JSON.stringify(message),
    }),
  );
}
