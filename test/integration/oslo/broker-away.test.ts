import {expect} from '@loopback/testlab';
import {BootConfigError, isOutOfReach} from '../../../src';
import {eventually} from '../../support/eventually';
import {freePort} from '../../support/ports';
import {RabbitMq} from '../../support/rabbitmq';
import {TcpProxy} from '../../support/tcp-proxy';
import {GivenConductor, NODE} from '../conductor/support/given-conductor';
import {OsloClient, osloConfig} from './support/oslo-client';
import {Peer} from './support/peer';

const HOST = 'conductor-a';
const SCRIPT = '#!ipxe\nboot\n';

describe('RPC over RabbitMQ while the broker is away', function () {
  this.timeout(90_000);

  let broker: RabbitMq;
  let conductor: GivenConductor;
  let client: OsloClient;

  before(async () => {
    broker = await RabbitMq.start();
    const config = osloConfig(broker, {DEFAULT: {host: HOST}});
    conductor = await GivenConductor.start(config);
    await conductor.write(`${NODE}/config`, SCRIPT);
    client = new OsloClient(config);
    await eventually('it works', () => client.canReach(HOST));
  });

  after(async () => {
    await client?.stop();
    await conductor?.stop();
    await broker?.stop();
  });

  it('fails at once where it never was', async () => {
    const url = `rabbit://127.0.0.1:${await freePort()}/`;
    const lonely = new OsloClient(osloConfig({url}));
    const failure = await lonely.failureOf(HOST, {timeout: 600_000});
    expect(failure.reason).to.equal('conductor_unreachable');
    expect(failure.message).to.match(
      /RabbitMQ can't be reached: .*ECONNREFUSED/,
    );
    expectNotHeldAgainst(failure);
    await lonely.stop();
  });

  it('says that it refuses the password, but not which', async () => {
    const url = `rabbit://guest:S3cret@127.0.0.1:${broker.port}/`;
    const stranger = new OsloClient(osloConfig({url}));
    const failure = await stranger.failureOf(HOST, {timeout: 600_000});
    expect(failure.reason).to.equal('conductor_unreachable');
    expect(failure.message).to.match(/ACCESS_REFUSED/);
    const told = JSON.stringify([failure.message, stranger.logger.records]);
    expect(told).to.not.match(/S3cret/);
    await stranger.stop();
  });

  it('ends calls under way, and works again when it is back', async () => {
    const peer = await Peer.connect(broker);
    await peer.listen('ironic.conductor_manager.silent');
    const underWay = client.failureOf('silent', {timeout: 600_000});
    await eventually('the call comes', () => peer.received.length > 0);

    await broker.kill();

    expectNotHeldAgainst(await underWay);
    expectNotHeldAgainst(await client.failureOf(HOST, {timeout: 1000}));

    await broker.restart();
    await peer.close();
    await eventually('it works again', () => client.canReach(HOST));
    expect(await client.call(HOST)).to.equal(SCRIPT);
  });

  it('ends calls with the deadline when it hangs', async () => {
    broker.suspend();
    try {
      for (const timeout of [100, 2500, 1000]) {
        expectNotHeldAgainst(await client.failureOf(HOST, {timeout}));
      }
    } finally {
      broker.resume();
    }
    await eventually('it works again', () => client.canReach(HOST));
  });

  it('is missed by a conductor that only waits', async () => {
    const network = await TcpProxy.start({port: broker.port});
    const waiting = await GivenConductor.start(
      osloConfig(
        {url: broker.urlAt(network.port)},
        {
          DEFAULT: {host: 'waiting'},
          oslo_messaging_rabbit: {heartbeat_timeout_threshold: 2},
        },
      ),
    );
    await waiting.write(`${NODE}/config`, SCRIPT);
    await eventually('it works', () => client.canReach('waiting'));

    network.forget();

    // Calls come over the new connection, the latest, though the broker may
    // still have the other one.
    await eventually('it is connected anew', () => {
      const messages = waiting.logger.records.map(({message}) => message);
      return messages.filter(text => /listens/.test(text)).length === 2;
    });
    for (let call = 0; call < 4; call++) {
      expect(await client.call('waiting', {timeout: 2000})).to.equal(SCRIPT);
    }
    await waiting.stop();
    await network.stop();
  });

  it('is stopped all the same', async () => {
    await broker.kill();
    const other = new OsloClient(osloConfig(broker));
    await other.failureOf(HOST, {timeout: 1000});
    await other.stop();
    await client.stop();
  });
});

/** The conductor is called again as soon as the broker is back. */
function expectNotHeldAgainst(failure: BootConfigError): void {
  expect(failure.reason).to.equal('conductor_unreachable');
  expect(isOutOfReach(failure)).to.be.false();
}
