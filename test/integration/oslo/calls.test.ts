import {expect} from '@loopback/testlab';
import {BootConfigConfig, encodeReply, isOutOfReach} from '../../../src';
import {eventually} from '../../support/eventually';
import {RabbitMq} from '../../support/rabbitmq';
import {messageIn} from '../../unit/rpc/oslo-message.captures';
import {
  GivenConductor,
  NODE,
  PXE_NODE,
} from '../conductor/support/given-conductor';
import {freePort} from '../../support/ports';
import {OsloClient, osloConfig} from './support/oslo-client';
import {Peer} from './support/peer';

const HOSTS = ['conductor-a', 'conductor-b'];
const TOPIC = 'ironic.conductor_manager';
const ID = /^[0-9a-f]{32}$/;

describe('RPC over RabbitMQ', function () {
  this.timeout(60_000);

  const conductors: Record<string, GivenConductor> = {};
  const clients: OsloClient[] = [];
  let broker: RabbitMq;
  let client: OsloClient;
  let peer: Peer;

  before(async () => {
    broker = await RabbitMq.start();
    for (const host of HOSTS) {
      conductors[host] = await givenConductor({DEFAULT: {host}});
      await conductors[host].write(`${NODE}/config`, scriptOf(host));
    }
    client = givenClient();
    for (const host of HOSTS) {
      await eventually(`${host} listens`, () => client.canReach(host));
    }
  });

  beforeEach(async () => {
    peer = await Peer.connect(broker);
  });

  afterEach(() => peer.close());

  after(async () => {
    for (const one of clients) await one.stop();
    for (const one of Object.values(conductors)) await one.stop();
    await broker?.stop();
  });

  it('asks the conductor that is named', async () => {
    for (const host of [...HOSTS, ...HOSTS]) {
      expect(await client.call(host)).to.equal(scriptOf(host));
    }
  });

  it('tells the answers to many calls apart', async () => {
    const hosts = Array.from({length: 200}, (_, i) => HOSTS[i % 2]);
    const answers = await Promise.all(hosts.map(host => client.call(host)));
    expect(answers).to.eql(hosts.map(scriptOf));
  });

  for (const [what, script] of Object.entries({
    'all that JSON escapes': '#!ipxe\r\n"\\/\b\f\u0000\u007f\u2028\u{1f5a5}',
    'a byte order mark': '\ufeff#!ipxe\n',
    'a large script': `#!ipxe\n${'"'.repeat(200_000)}\n`,
  })) {
    it(`carries ${what} byte for byte`, async () => {
      await conductors['conductor-a'].write(`${NODE}/config`, script);
      expect(await client.call('conductor-a')).to.equal(script);
    });
  }

  for (const [what, reason, told, call] of [
    [
      'a name that is not found',
      'config_not_found',
      / NotFound: /,
      {args: {node_id: NODE, name: 'nope.ipxe'}},
    ],
    [
      'a node that is not found',
      'config_not_found',
      /NodeNotFound: Node 0/,
      {
        args: {
          node_id: '00000000-0000-0000-0000-000000000000',
          name: 'boot.ipxe',
        },
      },
    ],
    [
      'a node without iPXE',
      'driver_unsupported',
      /UnsupportedDriverExtension/,
      {args: {node_id: PXE_NODE, name: 'boot.ipxe'}},
    ],
    [
      'an argument that is unknown',
      'conductor_error',
      /TypeError: .*nope/,
      {args: {node_id: NODE, name: 'boot.ipxe', nope: 1}},
    ],
    [
      'a version that is too new',
      'rpc_unsupported',
      /UnsupportedVersion: .*1\.64.*conductor_topic/,
      {version: '1.64'},
    ],
    [
      'a method that is unknown',
      'rpc_unsupported',
      /NoSuchMethod: .*heartbeat/,
      {method: 'heartbeat'},
    ],
  ] as const) {
    it(`tells of ${what}`, async () => {
      const failure = await client.failureOf('conductor-a', call);
      expect(failure.reason).to.equal(reason);
      expect(failure.message).to.match(told);
    });
  }

  it('says at once that a conductor never was there', async () => {
    // Were it not at once, the test would be over before.
    const failure = await client.failureOf('conductor-c', {timeout: 600_000});
    expect(failure.reason).to.equal('conductor_unreachable');
    expect(failure.message).to.match(
      /there is no queue ironic\.conductor_manager\.conductor-c \(NO_ROUTE\)/,
    );
    expect(isOutOfReach(failure)).to.be.true();
  });

  it('says at once that no conductor ever was there', async () => {
    const lonely = givenClient({DEFAULT: {control_exchange: 'openstack'}});
    const failure = await lonely.failureOf('conductor-a', {timeout: 600_000});
    expect(failure.reason).to.equal('conductor_unreachable');
    expect(failure.message).to.match(/no exchange 'openstack'/);
  });

  it("looks like Ironic's on the wire", async () => {
    await peer.listen(`${TOPIC}.wire`);
    const call = client.failureOf('wire', {timeout: 500});
    await eventually('the request comes', () => peer.received.length > 0);
    const [{body, ...properties}] = peer.received;
    expect(properties).to.containEql({
      redelivered: false,
      exchange: 'ironic',
      routingKey: `${TOPIC}.wire`,
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      headers: {},
      deliveryMode: 2,
      durable: true,
      priority: 0,
      expiration: '500',
    });
    const further = ['appId', 'correlationId', 'messageId', 'timestamp'];
    expect(further.filter(name => name in properties)).to.eql([]);
    const message = messageIn(body as Buffer);
    expect(message).to.containEql({
      method: 'get_boot_config',
      args: {node_id: NODE, name: 'boot.ipxe'},
      version: '1.63',
      _timeout: null,
      _context_user: null,
      _context_roles: [],
    });
    expect(message._reply_q).to.match(/^reply_[0-9a-f]{32}$/);
    for (const name of ['_msg_id', '_unique_id']) {
      expect(message[name]).to.match(ID);
    }
    expect((await call).reason).to.equal('conductor_timeout');
  });

  it('drops a late reply', async () => {
    await peer.listen(`${TOPIC}.late`);
    const late = await client.failureOf('late', {timeout: 200});
    expect(late.reason).to.equal('conductor_timeout');
    await eventually('the request comes', () => peer.received.length > 0);
    const {_msg_id: msgId, _reply_q: queue} = messageIn(
      peer.received[0].body as Buffer,
    ) as {_msg_id: string; _reply_q: string};
    for (const body of [encodeReply(msgId, {result: 'late'}), 'garbage']) {
      await peer.channel.basicPublish({routingKey: queue}, body);
    }
    expect(await client.call('conductor-b')).to.equal(scriptOf('conductor-b'));
  });

  it('ends with the deadline where only the queue is left', async () => {
    const gone = await givenConductor({DEFAULT: {host: 'gone'}});
    await gone.write(`${NODE}/config`, scriptOf('gone'));
    await eventually('it listens', () => client.canReach('gone'));
    await gone.stop();

    const {reason} = await client.failureOf('gone', {timeout: 300});
    expect(reason).to.equal('conductor_timeout');
    await eventually(
      'what nobody waits for is gone',
      async () => (await peer.count(`${TOPIC}.gone`)) === 0,
    );
  });

  it('goes on when the broker deleted the queues', async () => {
    await peer.listen(`${TOPIC}.wire`);
    await client.failureOf('wire', {timeout: 100});
    await eventually('the request comes', () => peer.received.length > 0);
    const {_reply_q: replyQueue} = messageIn(peer.received[0].body as Buffer);

    await peer.channel.queueDelete({queue: `${TOPIC}.conductor-b`});
    await eventually('it listens', () => client.canReach('conductor-b'));
    await peer.channel.queueDelete({queue: replyQueue as string});
    await eventually('it is heard', () => client.canReach('conductor-b'));
  });

  it('calls agents by a topic of their own', async () => {
    const boot_config = {conductor_topic: 'ironic.boot_config'};
    const agent = await givenConductor({
      DEFAULT: {host: 'conductor-a'},
      boot_config,
    });
    const api = givenClient({boot_config});
    await agent.write(`${NODE}/config`, '#!ipxe\necho agent\n');
    await eventually('it listens', () => api.canReach('conductor-a'));
    expect(await api.call('conductor-a')).to.equal('#!ipxe\necho agent\n');
    const written = agent.logger.records.map(({message}) => message).join();
    expect(written).to.not.match(/root script/);
    await agent.stop();
  });

  for (const [what, rabbit] of Object.entries({
    'durable queues': {amqp_durable_queues: 'True'},
    'quorum queues': {
      rabbit_quorum_queue: 'True',
      rabbit_transient_quorum_queue: 'True',
    },
  })) {
    it(`uses ${what} as configured`, async () => {
      const config = {
        DEFAULT: {host: 'd', control_exchange: what},
        boot_config: {conductor_topic: what},
        oslo_messaging_rabbit: rabbit,
      };
      const conductor = await givenConductor(config);
      await conductor.write(`${NODE}/config`, scriptOf('d'));
      const api = givenClient(config);
      await eventually('it listens', () => api.canReach('d'));
      const quorum = what === 'quorum queues';
      // Refused unless it is the same.
      await peer.channel.exchangeDeclare({
        exchange: what,
        type: 'topic',
        durable: true,
      });
      await peer.channel.queueDeclare({
        queue: `${what}.d`,
        durable: true,
        arguments: quorum ? {'x-queue-type': 'quorum'} : {},
      });
      await conductor.stop();
    });
  }

  for (const [what, rabbit, type, durable, queueArguments] of [
    ['by itself', {}, 'classic', 'false', '[{"x-expires",1800000}]'],
    ['for ever', {rabbit_transient_queues_ttl: 0}, 'classic', 'false', '[]'],
    [
      'as a quorum queue, for a minute',
      {rabbit_transient_quorum_queue: true, rabbit_transient_queues_ttl: 60},
      'quorum',
      'true',
      '[{"x-expires",60000},{"x-queue-type","quorum"}]',
    ],
  ] as const) {
    it(`has a reply queue ${what}, and removes it`, async () => {
      const transport_url = await broker.addVirtualHost(what);
      const api = givenClient({
        DEFAULT: {transport_url},
        oslo_messaging_rabbit: rabbit,
      });
      api.transport.start();
      await eventually(
        'there is a queue',
        async () => (await queuesOf(what)).length > 0,
      );
      expect(await queuesOf(what)).to.eql([
        {type, durable, arguments: queueArguments},
      ]);
      await eventually('it is connected', () => api.logger.records.length > 0);
      await api.stop();
      await eventually(
        'there is none',
        async () => (await queuesOf(what)).length === 0,
      );
    });
  }

  it('gives up when [DEFAULT] rpc_response_timeout is over', async () => {
    await peer.listen(`${TOPIC}.silent`);
    const api = givenClient({DEFAULT: {rpc_response_timeout: 0.3}});
    const {reason} = await api.failureOf('silent', {timeout: 600_000});
    expect(reason).to.equal('conductor_timeout');
    expect(peer.received[0].expiration).to.equal('300');
  });

  it('says why it can not have its queue, and has it when it can', async () => {
    const queue = `${TOPIC}.other`;
    await peer.channel.queueDeclare({queue, durable: true});
    const other = await givenConductor({DEFAULT: {host: 'other'}});
    await other.write(`${NODE}/config`, scriptOf('other'));
    await eventually('it is logged', () =>
      other.logger.records.some(({message}) =>
        /PRECONDITION_FAILED - inequivalent arg 'durable'/.test(message),
      ),
    );
    await peer.channel.queueDelete({queue});
    await eventually('it listens', () => client.canReach('other'));
    await other.stop();
  });

  it('finds the broker that is there among several', async () => {
    const dead = `guest:guest@127.0.0.1:${await freePort()}`;
    const transport_url = `rabbit://${dead},guest:guest@127.0.0.1:${broker.port}/`;
    const api = givenClient({DEFAULT: {transport_url}});
    expect(await api.call('conductor-b')).to.equal(scriptOf('conductor-b'));
  });

  it('leaves nothing open when it is stopped', async () => {
    const before = sockets();
    const api = givenClient();
    await api.call('conductor-b');
    expect(sockets()).to.equal(before + 1);
    await api.stop();
    await eventually('it is closed', () => sockets() === before);
  });

  async function givenConductor(
    config: BootConfigConfig,
  ): Promise<GivenConductor> {
    return GivenConductor.start(osloConfig(broker, config));
  }

  /** All queues of a virtual host, as the broker has them. */
  async function queuesOf(virtualHost: string): Promise<object[]> {
    const table = await broker.control(
      ...['-q', '-s', 'list_queues', '-p', virtualHost],
      ...['type', 'durable', 'arguments'],
    );
    return table
      .split('\n')
      .filter(Boolean)
      .map(row => {
        const [type, durable, queueArguments] = row.split('\t');
        return {type, durable, arguments: queueArguments};
      });
  }

  function givenClient(config?: BootConfigConfig): OsloClient {
    const one = new OsloClient(osloConfig(broker, config));
    clients.push(one);
    return one;
  }
});

function scriptOf(host: string): string {
  return `#!ipxe\necho ${host}\n`;
}

function sockets(): number {
  return process
    .getActiveResourcesInfo()
    .filter(resource => resource === 'TCPSocketWrap').length;
}
