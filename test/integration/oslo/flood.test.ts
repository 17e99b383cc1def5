import {randomBytes} from 'node:crypto';
import {expect} from '@loopback/testlab';
import {anonymousContext, encodeRequest, newRequestId} from '../../../src';
import {eventually} from '../../support/eventually';
import {RabbitMq} from '../../support/rabbitmq';
import {NODE} from '../conductor/support/given-conductor';
import {GivenServer} from '../json-rpc/support/given-server';
import {OsloClient, osloConfig} from './support/oslo-client';
import {Peer} from './support/peer';

const HOST = 'conductor-a';
const QUEUE = `ironic.conductor_manager.${HOST}`;
const FLOOD = 1000;

// At work, and as many that the conductor has ready.
const MAX_AT_WORK = 64;

const MEGABYTE = 1024 * 1024;

describe('a flood of requests over RabbitMQ', function () {
  this.timeout(60_000);

  let broker: RabbitMq;
  let server: GivenServer;
  let client: OsloClient;
  let peer: Peer;

  before(async () => {
    broker = await RabbitMq.start();
    const config = osloConfig(broker, {DEFAULT: {host: HOST}});
    server = await GivenServer.start(config);
    client = new OsloClient(config);
    await eventually('it listens', () => client.canReach(HOST));
    peer = await Peer.connect(broker);
  });

  beforeEach(() => server.conductor.reset());

  after(async () => {
    await client?.stop();
    await server?.stop();
    await peer?.close();
    await broker?.stop();
  });

  it('is worked at piece by piece, the rest stays with RabbitMQ', async () => {
    const {conductor} = server;
    let release = () => {};
    const released = new Promise<void>(resolve => (release = resolve));
    conductor.behave(async () => released);
    for (let n = 0; n < FLOOD; n++) await publish(request());
    await eventually(
      'the conductor is at work',
      async () => (await peer.count(QUEUE)) === FLOOD - 2 * MAX_AT_WORK,
    );
    expect(conductor.calls).to.have.length(MAX_AT_WORK);

    release();

    await eventually('all is done', () => conductor.calls.length === FLOOD);
    expect(await client.canReach(HOST)).to.be.true();
  });

  it('is left alone where nobody waits for it any more', async () => {
    const {conductor} = server;
    let release = () => {};
    const released = new Promise<void>(resolve => (release = resolve));
    conductor.behave(async () => released);
    for (let n = 0; n < FLOOD; n++) await publish(request(), {expiration: '1'});
    await eventually(
      'the others are gone',
      async () => (await peer.count(QUEUE)) === 0,
    );
    release();
    expect(await client.canReach(HOST)).to.be.true();
    expect(conductor.calls.length).to.be.below(FLOOD / 2);
  });

  for (const [what, body, told] of [
    ['is no JSON', '{"oslo.version', /not valid JSON/],
    ['is nothing', '', /not valid JSON/],
    ['is of many megabytes', ' '.repeat(20 * MEGABYTE), /more than 131072/],
    ['is nested deeply', enveloped(nested(30)), /nested too deeply/],
    ['is nested as deeply as fits', enveloped(nested(10_000)), /nested/],
    ['has an envelope nested deeply', nested(10_000), /nested|not of version/],
    ['is of another version', '{"oslo.version": "3.0"}', /not of version 2/],
    ['calls no method', enveloped('{}'), /names no method/],
  ] as const) {
    it(`does no harm where it ${what}`, async () => {
      const {logger, conductor} = server;
      for (const properties of [
        {contentType: 'application/json', contentEncoding: 'utf-8'},
        // Which the client library would parse.
        {contentType: 'application/json'},
        {contentType: 'text/plain'},
      ]) {
        logger.clear();
        await publish(Buffer.from(body), properties);
        await eventually('it is logged', () =>
          logger.records.some(({details}) =>
            told.test((details.err as Error | undefined)?.message ?? ''),
          ),
        );
      }
      expect(conductor.calls).to.be.empty();
      expect(await client.canReach(HOST)).to.be.true();
    });
  }

  function request(): Buffer {
    return encodeRequest(
      {
        method: 'get_boot_config',
        args: {node_id: NODE, name: 'boot.ipxe'},
        context: anonymousContext(newRequestId()),
        version: '1.63',
      },
      randomBytes(16).toString('hex'),
      'reply_to_nobody',
    );
  }

  async function publish(body: Buffer, properties: object = {}): Promise<void> {
    await peer.channel.basicPublish({routingKey: QUEUE, ...properties}, body);
  }
});

function enveloped(message: string): string {
  return JSON.stringify({'oslo.version': '2.0', 'oslo.message': message});
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
