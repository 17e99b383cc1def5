import fs from 'node:fs';
import {once} from 'node:events';
import http, {IncomingMessage} from 'node:http';
import {Agent, createServer, request, Server} from 'node:https';
import net, {AddressInfo} from 'node:net';
import {json} from 'node:stream/consumers';
import tls from 'node:tls';
import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  BootConfigBindings,
  BootConfigConfig,
  BootConfigError,
  ConfigurationError,
  JsonRpcTransport,
  newRequestId,
  resolveOptions,
} from '../../../src';
import {scriptOf} from '../../acceptance/support/stub-conductor';
import {Authority, KeyPair} from '../../support/certificates';
import {eventually} from '../../support/eventually';
import {freePort} from '../../support/ports';
import {TempDir} from '../../support/temp-dir';
import {GivenServer} from './support/given-server';
import {bracketed, LOOPBACK} from './support/loopback';

type JsonRpcConfig = NonNullable<BootConfigConfig['json_rpc']>;

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';
const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: '1',
  method: 'get_boot_config',
  params: {context: {}, node_id: UUID, name: 'boot.ipxe'},
});

describe('JSON-RPC over TLS', () => {
  let dir: TempDir;
  let ours: Authority;
  let others: Authority;
  let pair: KeyPair;
  const ends: (() => Promise<unknown>)[] = [];

  before(async () => {
    dir = await TempDir.create();
    ours = await Authority.create(dir, 'ours');
    others = await Authority.create(dir, 'others');
    pair = await ours.sign(
      'conductor',
      'DNS:localhost',
      ...LOOPBACK.map(address => `IP:${address}`),
    );
  });

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  after(() => dir.remove());

  describe('carries a call', () => {
    it('to a host name', async () => {
      const {port} = await started();
      expect(await call({port}, 'localhost')).to.eql(scriptOf(UUID));
    });

    for (const address of LOOPBACK) {
      it(`to ${address}`, async () => {
        const {port} = await started({host_ip: address});
        expect(await call({}, `${bracketed(address)}:${port}`)).to.eql(
          scriptOf(UUID),
        );
      });
    }

    it('that client_use_ssl alone asks for', async () => {
      const {port} = await started();
      expect(await call({port, use_ssl: false, client_use_ssl: true})).to.eql(
        scriptOf(UUID),
      );
    });

    it('over several calls of one connection', async () => {
      const {port, conductor} = await started();
      const transport = givenTransport({port});
      for (let i = 0; i < 3; i++) await callOver(transport);
      expect(conductor.calls).to.have.length(3);
    });

    it('from a client of TLS 1.2 where it is allowed', async () => {
      const {port} = await started({tls_minimum_version: '1.2'});
      expect(await resultAt(port, {maxVersion: 'TLSv1.2'})).to.eql(
        scriptOf(UUID),
      );
    });

    it('with the files that [ssl] names', async () => {
      const {port} = await started(
        {cert_file: undefined},
        {ssl: {cert_file: pair.cert, key_file: pair.key}},
      );
      expect(await call({port})).to.eql(scriptOf(UUID));
    });

    it('over certificates that were renewed, old connections over theirs', async () => {
      const cafile = dir.join('renewed-ca.pem');
      const [cert_file, key_file] = ['renewed.pem', 'renewed.key'].map(name =>
        dir.join(name),
      );
      const use = async (authority: Authority, {cert, key}: KeyPair) => {
        await fs.promises.copyFile(authority.file, cafile);
        await fs.promises.copyFile(cert, cert_file);
        await fs.promises.copyFile(key, key_file);
      };
      await use(ours, pair);
      const {app, port} = await started({cert_file, key_file});
      const transport = givenTransport({port, cafile});
      expect(await callOver(transport)).to.eql(scriptOf(UUID));

      await use(others, await others.sign('renewed', 'IP:127.0.0.1'));
      const service = await app.get(BootConfigBindings.RECONFIGURATION_SERVICE);
      await service.reconfigure();
      expect(await callOver(transport)).to.eql(scriptOf(UUID));
      await expect(call({port})).to.be.rejectedWith(
        /conductor_unreachable|can't be reached: .*certificate/,
      );
      await (
        await transport.prepare()
      )();
      expect(await callOver(transport)).to.eql(scriptOf(UUID));

      // What is no certificate leaves all as it is.
      await fs.promises.writeFile(cert_file, 'none');
      await expect(service.reconfigure()).to.be.rejectedWith(
        /\[json_rpc\] cert_file = .*renewed\.pem: expected/,
      );
      expect(await call({port, cafile})).to.eql(scriptOf(UUID));
    });

    it('to any certificate when that is insecure', async () => {
      const {port} = await started();
      expect(await call({port, cafile: undefined, insecure: true})).to.eql(
        scriptOf(UUID),
      );
    });

    it('with a certificate of its own', async () => {
      const {cert, key} = await ours.sign('api', 'DNS:api');
      const {port} = await peer({
        ca: await fs.promises.readFile(ours.file),
        requestCert: true,
        rejectUnauthorized: true,
      });
      const both = await dir.write(
        'both.pem',
        Buffer.concat([fs.readFileSync(cert), fs.readFileSync(key)]),
      );
      for (const own of [{certfile: cert, keyfile: key}, {certfile: both}]) {
        expect(await call({port, ...own})).to.eql('done');
      }
      expect((await callError({port})).reason).to.eql('conductor_unreachable');
    });
  });

  describe('does not reach', () => {
    it('a conductor with a certificate of another authority', async () => {
      const {port, conductor} = await started();
      const error = await callError({port, cafile: others.file});
      expect(error.reason).to.eql('conductor_unreachable');
      expect(error.message).to.match(
        /^conductor 127\.0\.0\.1 can't be reached: .*certificate/,
      );
      expect(conductor.calls).to.be.empty();
    });

    it('one whose authority nobody knows', async () => {
      const {port} = await started();
      const error = await callError({port, cafile: undefined});
      expect(error.reason).to.eql('conductor_unreachable');
      expect(error.message).to.match(/certificate/);
    });

    it('one whose certificate is for another name', async () => {
      const {cert, key} = await ours.sign('elsewhere', 'DNS:conductor-b');
      const {port} = await started({cert_file: cert, key_file: key});
      const error = await callError({port});
      expect(error.reason).to.eql('conductor_unreachable');
      expect(error.message).to.match(/127\.0\.0\.1 is not in the cert's list/);
    });

    it('a peer that speaks nothing newer than TLS 1.1', async () => {
      const {port} = await peer({
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      });
      const error = await callError({port});
      expect(error.reason).to.eql('conductor_unreachable');
      expect(error.message).to.match(
        /^conductor 127\.0\.0\.1 can't be reached: TLS: .*protocol/,
      );
    });

    it('a conductor without TLS', async () => {
      const {port} = await started({use_ssl: false});
      const error = await callError({port});
      expect(error.reason).to.eql('conductor_unreachable');
      expect(error.message).to.match(/TLS: wrong version number$/);
    });

    it('a conductor with TLS when it has none itself', async () => {
      const {port, conductor} = await started();
      const error = await callError({port, use_ssl: false});
      expect(error.reason).to.be.oneOf(
        'conductor_unreachable',
        'conductor_error',
      );
      expect(conductor.calls).to.be.empty();
    });
  });

  it('refuses clients of TLS 1.2 unless told otherwise', async () => {
    const {port} = await started();
    await expect(resultAt(port, {maxVersion: 'TLSv1.2'})).to.be.rejectedWith({
      message: /protocol version/,
    });
    expect(await resultAt(port, {minVersion: 'TLSv1.3'})).to.eql(
      scriptOf(UUID),
    );
  });

  describe('when it is stopped', () => {
    it('closes connections that are idle, then answers late', async () => {
      const {app, conductor, port} = await started();
      let release = () => {};
      conductor.behave(async () => {
        await new Promise<void>(resolve => (release = resolve));
        return 'late';
      });
      const idle = tls.connect({port, rejectUnauthorized: false});
      await once(idle, 'secureConnect');
      const closed = once(idle.resume(), 'close');
      const result = resultAt(port);
      await eventually('the call arrived', () => conductor.calls.length === 1);
      const stopped = app.stop();
      await closed;
      release();
      expect(await result).to.eql('late');
      await stopped;
    });
  });

  describe('stops the start of a conductor', () => {
    for (const [what, config, message] of [
      [
        'without files',
        () => ({cert_file: undefined, key_file: undefined}),
        /\[json_rpc\] cert_file \(not set\): expected a file with the/,
      ],
      [
        'without a key',
        () => ({key_file: undefined}),
        /\[json_rpc\] key_file \(not set\): expected a file with the private/,
      ],
      [
        'with a certificate that is not there',
        () => ({cert_file: '/no/such.pem'}),
        /\[json_rpc\] cert_file = \/no\/such\.pem: expected .*: ENOENT/,
      ],
      [
        'with a file that is no certificate',
        () => ({cert_file: pair.key}),
        /\[json_rpc\] cert_file = .*conductor\.key: expected .* in PEM: /,
      ],
      [
        'with the key to another certificate',
        () => ({key_file: dir.join('others.key')}),
        /\[json_rpc\] key_file = .*others\.key: expected .*: .*mismatch/,
      ],
      [
        'with a version of TLS that is too old',
        () => ({tls_minimum_version: '1.1'}),
        /\[json_rpc\] tls_minimum_version = 1\.1: expected one of 1\.2, 1\.3/,
      ],
    ] as [string, () => JsonRpcConfig, RegExp][]) {
      it(what, async () => {
        const error: unknown = await started(config()).catch(e => e as unknown);
        expect(error).to.be.instanceOf(ConfigurationError);
        expect((error as Error).message).to.match(message);
      });
    }
  });

  describe('stops the start of an API', () => {
    for (const [what, config, message] of [
      [
        'with authorities that are not there',
        () => ({cafile: '/no/such.pem'}),
        /\[json_rpc\] cafile = \/no\/such\.pem: expected .*: ENOENT/,
      ],
      [
        'with a file that holds none',
        () => ({cafile: pair.key}),
        /\[json_rpc\] cafile = .*conductor\.key: expected .* in PEM: /,
      ],
      [
        'with a certificate without its key',
        () => ({certfile: pair.cert}),
        /\[json_rpc\] certfile = .*conductor\.pem: expected .*private key/,
      ],
      [
        'with a key that is not there',
        () => ({certfile: pair.cert, keyfile: '/no/such.key'}),
        /\[json_rpc\] keyfile = \/no\/such\.key: expected .*: ENOENT/,
      ],
    ] as [string, () => JsonRpcConfig, RegExp][]) {
      it(what, async () => {
        const error: unknown = await givenTransport(config())
          .init()
          .catch((e: unknown) => e);
        expect(error).to.be.instanceOf(ConfigurationError);
        expect((error as Error).message).to.match(message);
      });
    }
  });

  async function started(
    jsonRpc: JsonRpcConfig = {},
    config: BootConfigConfig = {},
  ): Promise<GivenServer> {
    const server = await GivenServer.start({
      ...config,
      json_rpc: {
        use_ssl: true,
        cert_file: pair.cert,
        key_file: pair.key,
        ...jsonRpc,
      },
    });
    ends.push(() => server.stop());
    return server;
  }

  /** A server of TLS whose every answer has the result `done`. */
  async function peer(options: tls.TlsOptions): Promise<{port: number}> {
    const server: Server = createServer(
      {
        cert: await fs.promises.readFile(pair.cert),
        key: await fs.promises.readFile(pair.key),
        ...options,
      },
      (asked, response) => {
        void json(asked).then(body => {
          const {id} = body as {id: string};
          response.end(JSON.stringify({jsonrpc: '2.0', result: 'done', id}));
        });
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ends.push(async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    return {port: (server.address() as AddressInfo).port};
  }

  function givenTransport(jsonRpc: JsonRpcConfig): JsonRpcTransport {
    const transport = new JsonRpcTransport(
      resolveOptions({
        json_rpc: {use_ssl: true, cafile: ours.file, ...jsonRpc},
      }),
    );
    ends.push(() => transport.stop());
    return transport;
  }

  async function call(
    jsonRpc: JsonRpcConfig,
    hostname = '127.0.0.1',
  ): Promise<unknown> {
    return callOver(givenTransport(jsonRpc), hostname);
  }

  async function callError(jsonRpc: JsonRpcConfig): Promise<BootConfigError> {
    const error: unknown = await call(jsonRpc).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(BootConfigError);
    return error as BootConfigError;
  }
});

describe('JSON-RPC over a Unix socket', () => {
  let dir: TempDir;
  let server: GivenServer | undefined;

  beforeEach(async () => {
    dir = await TempDir.create();
  });

  afterEach(async () => {
    await server?.stop();
    server = undefined;
    await dir.remove();
  });

  it('answers calls, and is gone after', async () => {
    const socketPath = dir.join('rpc.sock');
    // Without authentication, though its name is one of the network.
    server = await GivenServer.start({
      DEFAULT: {host: 'conductor-a'},
      json_rpc: {unix_socket: socketPath, unix_socket_mode: '0o660'},
    });
    expect((await fs.promises.stat(socketPath)).mode & 0o777).to.eql(0o660);
    const asked = http.request({socketPath, method: 'POST', agent: false});
    expect(await resultOf(asked.end(BODY))).to.eql(scriptOf(UUID));
    await server.app.stop();
    expect(fs.existsSync(socketPath)).to.be.false();
  });

  it('takes the place of one that was left behind', async () => {
    const path = dir.join('rpc.sock');
    // Renamed, it is not removed when its server closes.
    const before = net.createServer().listen(dir.join('first.sock'));
    await once(before, 'listening');
    await fs.promises.rename(dir.join('first.sock'), path);
    before.close();
    await once(before, 'close');
    server = await GivenServer.start({json_rpc: {unix_socket: path}});
    const asked = http.request({socketPath: path, method: 'POST'});
    expect(await resultOf(asked.end(BODY))).to.eql(scriptOf(UUID));
  });

  it('does not take the place of a file', async () => {
    const path = await dir.write('precious', 'x');
    await expect(
      GivenServer.start({json_rpc: {unix_socket: path}}),
    ).to.be.rejectedWith({
      message: new RegExp(`can't listen on ${path}: .*EADDRINUSE`),
    });
    expect(await fs.promises.readFile(path, 'utf8')).to.eql('x');
  });

  it("is left to the ironic-conductor by an agent's own port", async () => {
    const path = dir.join('rpc.sock');
    server = await GivenServer.start({
      json_rpc: {unix_socket: path},
      boot_config: {conductor_port: await freePort()},
    });
    expect(server.app.state).to.eql('started');
    expect(fs.existsSync(path)).to.be.false();
  });
});

async function callOver(
  transport: JsonRpcTransport,
  hostname = '127.0.0.1',
): Promise<unknown> {
  return transport.call(
    hostname,
    {
      method: 'get_boot_config',
      args: {node_id: UUID, name: 'boot.ipxe'},
      context: anonymousContext(newRequestId()),
      version: '1.63',
    },
    AbortSignal.timeout(10_000),
  );
}

async function resultAt(
  port: number,
  options: tls.SecureContextOptions = {},
): Promise<unknown> {
  const agent = new Agent({rejectUnauthorized: false, ...options});
  try {
    const asked = request({port, host: '127.0.0.1', method: 'POST', agent});
    return await resultOf(asked.end(BODY));
  } finally {
    agent.destroy();
  }
}

async function resultOf(asked: http.ClientRequest): Promise<unknown> {
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return ((await json(response)) as {result: unknown}).result;
}
