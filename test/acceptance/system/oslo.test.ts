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
    api = await deployment.startApi(sections);
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

  it('ends at the first signal', async () => {
    const processes = [api, ...conductors].map(({process}) => process);
    const exits = await Promise.all(processes.map(process => process.stop()));
    expect(exits).to.eql(exits.map(() => ({code: 0, signal: null})));
  });

  /** The answers for all nodes. */
  async function ask(): Promise<string[]> {
    const wire = await Wire.open(api.port);
    const answers: string[] = [];
    for (const mac of MACS) {
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
