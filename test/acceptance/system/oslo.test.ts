import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {RabbitMq} from '../../support/rabbitmq';
import {
  Api,
  Conductor,
  Deployment,
  notFound,
  request,
  served,
  Wire,
} from './support';
import {Sections} from './support/ironic-conf';

const HOSTS = ['conductor-a', 'conductor-b'];
const MACS = HOSTS.map((_host, index) => `52:54:00:00:00:0${index}`);

describe('two conductors behind one API, over RabbitMQ', function () {
  this.timeout(90_000);

  let broker: RabbitMq;
  let deployment: Deployment;
  let conductors: Conductor[];
  let api: Api;

  before(async () => {
    broker = await RabbitMq.start();
    deployment = await Deployment.create();
    const sections: Sections = {
      DEFAULT: {rpc_transport: 'oslo', transport_url: broker.url},
    };
    // One group each, so that the ring has no choice.
    for (const hostname of HOSTS) {
      await deployment.register({hostname, conductorGroup: hostname});
    }
    conductors = await Promise.all(
      HOSTS.map(host => deployment.startConductor(host, sections)),
    );
    for (const [index, conductor] of conductors.entries()) {
      const uuid = await deployment.addNode({
        conductorGroup: conductor.host,
        macs: [MACS[index]],
      });
      await conductor.write(uuid, scriptOf(conductor.host));
    }
    api = await deployment.startApi({
      ...sections,
      boot_config: {request_timeout: 2},
    });
  });

  after(async () => {
    await deployment?.remove();
    await broker?.stop();
  });

  it('serves each node from its conductor', async () => {
    expect(await ask()).to.eql(HOSTS.map(host => served(scriptOf(host))));
  });

  it('serves again after the broker was restarted', async () => {
    await broker.kill();
    expect(await ask()).to.eql(HOSTS.map(() => notFound()));
    await eventually(
      'the log says why',
      () =>
        api.requestLog.filter(({reason}) => reason === 'conductor_unreachable')
          .length === HOSTS.length,
    );

    await broker.restart();

    const scripts = HOSTS.map(host => served(scriptOf(host)));
    await eventually(
      'it serves again',
      async () => (await ask()).join() === scripts.join(),
    );
  });

  it('waits once for a conductor that hangs, and not at every request', async () => {
    const [hanging] = conductors;
    hanging.process.kill('SIGSTOP');
    await ask();
    await expectNotAskedAgain('conductor_timeout', () => ask());
    hanging.process.kill('SIGCONT');
    const scripts = HOSTS.map(host => served(scriptOf(host)));
    await eventually(
      'it is asked again by itself',
      async () => (await ask()).join() === scripts.join(),
    );
  });

  it('tells at once that a conductor has no queue', async () => {
    const hostname = 'conductor-c';
    await deployment.register({hostname, conductorGroup: hostname});
    const mac = '52:54:00:00:00:0c';
    await deployment.addNode({conductorGroup: hostname, macs: [mac]});
    const before = api.requestLog.length;
    await ask([mac]);
    await eventually('the request is logged', () => {
      const line = api.requestLog.at(before);
      return (
        line?.reason === 'conductor_unreachable' &&
        line.msg.includes('there is no queue')
      );
    });
  });

  it('ends at the first signal', async () => {
    const processes = [api, ...conductors].map(({process}) => process);
    const exits = await Promise.all(processes.map(process => process.stop()));
    expect(exits).to.eql(exits.map(() => ({code: 0, signal: null})));
  });

  /** Some requests for its nodes are refused without a call of it. */
  async function expectNotAskedAgain(
    reason: string,
    askForIt: () => Promise<unknown>,
  ): Promise<void> {
    await eventually('it is not asked again', async () => {
      await askForIt();
      return api.requestLog.some(
        line =>
          line.reason === reason &&
          line.msg.includes('not asked again so soon'),
      );
    });
  }

  /** The answers for all nodes, or these. */
  async function ask(macs = MACS): Promise<string[]> {
    const wire = await Wire.open(api.port);
    const answers: string[] = [];
    for (const mac of macs) {
      wire.send(request(`/v1/boot/${mac}/boot.ipxe`));
      answers.push(await wire.answer());
    }
    wire.close();
    return answers;
  }
});

function scriptOf(host: string): string {
  return `#!ipxe\necho ${host}\n`;
}
