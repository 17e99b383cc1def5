import {once} from 'node:events';
import {Agent, IncomingMessage, request} from 'node:http';
import net from 'node:net';
import {json} from 'node:stream/consumers';
import {expect} from '@loopback/testlab';
import {BootConfigConfig, ConfigurationError} from '../../../src';
import {eventually} from '../../support/eventually';
import {freePort} from '../../support/ports';
import {GivenServer} from './support/given-server';
import {bracketed, LOOPBACK} from './support/loopback';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';

// Where the machine has no IPv6, it is IPv4 alone that can be asked for.
const [FIRST] = LOOPBACK;

describe('JsonRpcServer', () => {
  const servers: GivenServer[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) await server.stop();
  });

  describe('listens', () => {
    it('on all addresses as a conductor that has a name', async () => {
      const {port} = await started({
        DEFAULT: {host: 'conductor-a'},
        json_rpc: {auth_strategy: 'noauth'},
      });
      for (const address of LOOPBACK) {
        expect(await resultAt(address, port)).to.match(/#!ipxe/);
      }
    });

    it('on the address alone that is its name', async () => {
      const {port} = await started({DEFAULT: {host: '127.0.0.11'}});
      expect(await resultAt('127.0.0.11', port)).to.match(/#!ipxe/);
      await expectNobodyAt('127.0.0.1', port);
      await expectNobodyAt('127.0.0.12', port);
    });

    it('on the address that it is told', async () => {
      const {port} = await started({
        DEFAULT: {host: '127.0.0.11'},
        json_rpc: {host_ip: '127.0.0.12'},
      });
      expect(await resultAt('127.0.0.12', port)).to.match(/#!ipxe/);
      await expectNobodyAt('127.0.0.11', port);
    });

    it(`on ${FIRST}, with brackets around it or not`, async () => {
      for (const host_ip of [FIRST, `[${FIRST}]`]) {
        const {port} = await started({
          DEFAULT: {host: 'conductor-a'},
          json_rpc: {host_ip},
        });
        expect(await resultAt(FIRST, port)).to.match(/#!ipxe/);
      }
    });

    it('on the port in its name', async () => {
      const port = await freePort(FIRST);
      const server = await started({
        DEFAULT: {host: `${bracketed(FIRST)}:${port}`},
      });
      expect(await resultAt(FIRST, port)).to.match(/#!ipxe/);
      await expectNobodyAt(FIRST, server.port);
    });

    it('on the port of agents, if it is one', async () => {
      const port = await freePort();
      const server = await started({boot_config: {conductor_port: port}});
      expect(await resultAt('127.0.0.1', port)).to.match(/#!ipxe/);
      await expectNobodyAt('127.0.0.1', server.port);
    });

    it('beside other conductors of the machine, on the same port', async () => {
      const port = await freePort('127.0.0.11');
      for (const host of ['127.0.0.11', '127.0.0.12']) {
        const {conductor} = await started({DEFAULT: {host}}, port);
        conductor.returns(`#!ipxe\necho ${host}\n`);
      }
      for (const host of ['127.0.0.11', '127.0.0.12']) {
        expect(await resultAt(host, port)).to.eql(`#!ipxe\necho ${host}\n`);
      }
    });

    it('and says where', async () => {
      const {logger, port} = await started({DEFAULT: {host: '127.0.0.11'}});
      const listening = logger.records.find(({message}) =>
        /listens for JSON-RPC/.test(message),
      );
      expect(listening).to.match({
        level: 'info',
        details: {host: '127.0.0.11', address: `127.0.0.11:${port}`},
      });
    });

    it('not at all with another transport', async () => {
      const {port} = await started({DEFAULT: {rpc_transport: 'none'}});
      await expectNobodyAt('127.0.0.1', port);
    });
  });

  it('tells which port is taken', async () => {
    const {port} = await started({});
    await expect(GivenServer.start({}, port)).to.be.rejectedWith({
      message: new RegExp(
        `can't listen on 127\\.0\\.0\\.1 port ${port}: .*EADDRINUSE`,
      ),
    });
  });

  it('tells which address is not one of this machine', async () => {
    const config: BootConfigConfig = {
      json_rpc: {host_ip: '198.51.100.255', auth_strategy: 'noauth'},
    };
    await expect(GivenServer.start(config)).to.be.rejectedWith({
      message: /can't listen on 198\.51\.100\.255 port \d+: /,
    });
  });

  for (const [what, config] of Object.entries<BootConfigConfig>({
    'all addresses': {DEFAULT: {host: 'conductor-a'}},
    'an address of the network': {DEFAULT: {host: '198.51.100.255'}},
    'a name of the network': {json_rpc: {host_ip: 'conductor-a'}},
  })) {
    it(`does not let anybody call it at ${what} unless told so`, async () => {
      const error: unknown = await GivenServer.start(config).then(
        async server => server.stop(),
        (failure: unknown) => failure,
      );
      expect(error).to.be.instanceOf(ConfigurationError);
      expect((error as ConfigurationError).problems).to.match([
        {
          section: 'json_rpc',
          option: 'auth_strategy',
          expected: /^noauth to be set/,
        },
      ]);
    });
  }

  describe('when it is stopped', () => {
    it('answers the calls under way, and takes no more', async () => {
      const {app, conductor, port} = await started({});
      let release = () => {};
      conductor.behave(async () => {
        await new Promise<void>(resolve => (release = resolve));
        return 'late';
      });
      const result = resultAt('127.0.0.1', port);
      await eventually('the call arrived', () => conductor.calls.length === 1);
      const stopped = app.stop();
      await eventually('nobody listens', async () => !(await isOpen(port)));
      release();
      expect(await result).to.eql('late');
      await stopped;
    });

    it('does not wait for connections that are idle', async () => {
      const {app, port} = await started({});
      const agent = new Agent({keepAlive: true});
      const call = request({port, method: 'POST', agent}).end('{}');
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      const closed = once(response.socket, 'close');
      await once(response.resume(), 'end');
      await app.stop();
      await closed;
      agent.destroy();
    });

    it('can be started again', async () => {
      const {app, port} = await started({});
      await app.stop();
      await app.start();
      expect(await resultAt('127.0.0.1', port)).to.match(/#!ipxe/);
    });
  });

  async function started(
    config: BootConfigConfig,
    port?: number,
  ): Promise<GivenServer> {
    const server = await GivenServer.start(config, port);
    servers.push(server);
    return server;
  }
});

async function resultAt(host: string, port: number): Promise<unknown> {
  const call = request({host, port, method: 'POST', agent: false});
  call.end(
    JSON.stringify({
      jsonrpc: '2.0',
      id: '1',
      method: 'get_boot_config',
      params: {context: {}, node_id: UUID, name: 'boot.ipxe'},
    }),
  );
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return ((await json(response)) as {result: unknown}).result;
}

async function expectNobodyAt(address: string, port: number): Promise<void> {
  expect(await isOpen(port, address)).to.be.false();
}

async function isOpen(port: number, address = '127.0.0.1'): Promise<boolean> {
  const socket = net.connect(port, address);
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    const {code = ''} = error as NodeJS.ErrnoException;
    // The latter when the server closes while the system accepts.
    if (['ECONNREFUSED', 'ECONNRESET'].includes(code)) return false;
    throw error;
  } finally {
    socket.destroy();
  }
}
