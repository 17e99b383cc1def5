import {Binding} from '@loopback/core';
import {expect} from '@loopback/testlab';
import {
  asRpcTransport,
  BootConfigBindings,
  BootConfigError,
  Conductor,
  ConductorRepository,
  Node,
  NodeRepository,
  RpcTransport,
} from '../../../src';
import {
  askFor,
  CONDUCTOR,
  expectNotFound,
  HostOptions,
  itKeepsTheContract,
  MAC,
  RecordingLogger,
  scriptOf,
  served,
  TestApplication,
  useHost,
} from '../support';

const OWN_MAC = '02:00:00:00:00:01';
const OWN_NODE = 'aaaaaaaa-0000-4000-8000-000000000001';

class OwnNodes implements NodeRepository {
  readonly asked: string[] = [];

  async findByMac(address: string, signal: AbortSignal) {
    expect(signal).to.be.instanceOf(AbortSignal);
    this.asked.push(address);
    if (address === '02:00:00:00:00:66') {
      throw new BootConfigError('database_unavailable', 'on holiday');
    }
    return address === OWN_MAC
      ? new Node({
          id: 1,
          uuid: OWN_NODE,
          driver: 'own-hardware',
          conductorGroup: 'rack-1',
          provisionState: 'inspect wait',
        })
      : undefined;
  }

  async findByIdent() {
    return undefined;
  }

  async findPorts() {
    return [];
  }

  async countInterfaces() {
    return [];
  }
}

class OwnConductors implements ConductorRepository {
  async findAll(): Promise<Conductor[]> {
    return [
      {
        id: 1,
        hostname: CONDUCTOR,
        conductorGroup: 'rack-1',
        online: true,
        hardwareTypes: ['own-hardware'],
      },
    ];
  }
}

const WHEN: Record<string, (bind: HostOptions['before']) => HostOptions> = {
  before: bind => ({before: bind}),
  after: bind => ({after: bind}),
};

for (const [when, optionsOf] of Object.entries(WHEN)) {
  describe(`A host that binds repositories of its own ${when} mounting`, () => {
    const nodes = new OwnNodes();
    const host = useHost({
      config: {database: {connection: ''}},
      ...optionsOf(app => {
        app.bind(BootConfigBindings.NODE_REPOSITORY).to(nodes);
        app
          .bind(BootConfigBindings.CONDUCTOR_REPOSITORY)
          .to(new OwnConductors());
      }),
    });

    it('is served from them, and needs no database', async () => {
      const answer = await askFor(host(), {mac: '02-00-00-00-00-01'});
      expect(answer.body.toString()).to.equal(scriptOf(OWN_NODE));
      expect(nodes.asked).to.eql([OWN_MAC]);
    });

    it('has their failures in the log only', async () => {
      host().logger.clear();
      expectNotFound(await askFor(host(), {mac: '02:00:00:00:00:66'}));
      expect(host().logger.only).to.containDeep({
        level: 'error',
        details: {reason: 'database_unavailable'},
        message: 'not served: on holiday',
      });
    });
  });

  describe(`A host that binds a log of its own ${when} mounting`, () => {
    const logger = new RecordingLogger();
    const host = useHost(
      optionsOf(app => {
        app.unbind(BootConfigBindings.LOGGER);
        app.bind(BootConfigBindings.LOGGER).to(logger);
      }),
    );

    it('reads there what was served', async () => {
      logger.clear();
      await askFor(host());
      expect(logger.only).to.containDeep({level: 'info', message: 'served'});
    });

    itKeepsTheContract(host);
  });

  describe(`A host that adds an RPC transport ${when} mounting`, () => {
    class PigeonTransport implements RpcTransport {
      readonly name = 'pigeon';

      async call(hostname: string) {
        return `#!ipxe\necho ${hostname} by pigeon\n`;
      }
    }

    const host = useHost({
      config: {DEFAULT: {rpc_transport: 'pigeon'}},
      ...optionsOf((app: TestApplication) =>
        app.add(
          Binding.bind('transports.pigeon')
            .toClass(PigeonTransport)
            .apply(asRpcTransport),
        ),
      ),
    });

    it('calls conductors by it', async () => {
      const {body} = await askFor(host());
      expect(body.toString()).to.equal(`#!ipxe\necho ${CONDUCTOR} by pigeon\n`);
      const dead = await askFor(host(), {mac: MAC.deadConductor});
      expect(dead.body).to.eql(
        served('#!ipxe\necho dead-conductor by pigeon\n').body,
      );
    });
  });
}
