import fs from 'node:fs';
import {once} from 'node:events';
import {createServer} from 'node:https';
import {AddressInfo} from 'node:net';
import {expect} from '@loopback/testlab';
import {BootConfigError, ConfigurationError} from '../../../src';
import {scriptOf} from '../../acceptance/support/stub-conductor';
import {Authority} from '../../support/certificates';
import {eventually} from '../../support/eventually';
import {freePort} from '../../support/ports';
import {TempDir} from '../../support/temp-dir';
import {Answer, FakeConductor} from './support/fake-conductor';
import {
  answerLikeKeystone,
  FakeKeystoneOptions,
  startFakeKeystone,
} from './support/fake-keystone';
import {GivenServer} from './support/given-server';
import {
  Caller,
  JsonRpcConfig,
  loginAt,
  post,
  UUID,
} from './support/keystone-calls';

const UNAVAILABLE = 'The Keystone service is temporarily unavailable.';

/** What Keystone does, and what the operator reads of it. */
const FAULTS: [string, string, Answer, RegExp][] = [
  [
    'conductor_timeout',
    'says nothing',
    () => {},
    /Keystone .*(did not answer|gave no token) in time$/,
  ],
  [
    'conductor_timeout',
    'stops in the middle',
    response => {
      response.writeHead(201, {'Content-Length': 100}).write('{');
    },
    /Keystone .*(did not answer|gave no token) in time$/,
  ],
  [
    'conductor_unreachable',
    'resets the connection',
    ({socket}) => socket!.resetAndDestroy(),
    /Keystone at http:\/\/127\.0\.0\.1:\d+\/v3 can't be reached: /,
  ],
  [
    'conductor_unreachable',
    'is away behind its balancer',
    response => {
      response.writeHead(503).end('<html>503 Service Unavailable</html>');
    },
    /Keystone at .* gave no usable answer: HTTP status 503$/,
  ],
  [
    'conductor_error',
    'is something else',
    response => {
      response.writeHead(404).end('Not Found');
    },
    /Keystone at .* gave no usable answer: HTTP status 404$/,
  ],
  [
    'conductor_error',
    'repeats what it was sent',
    (response, {body}) => {
      response
        .writeHead(400)
        .end(JSON.stringify({error: {code: 400, message: body}}));
    },
    /Keystone at .* gave no usable answer: HTTP status 400$/,
  ],
  [
    'conductor_error',
    'repeats what it refuses',
    (response, {body}) => {
      response
        .writeHead(401)
        .end(JSON.stringify({error: {code: 401, message: body}}));
    },
    /Keystone at .* does not take the credentials of \[\w+\] \(HTTP status 401\)$/,
  ],
  [
    'conductor_error',
    'answers with bad JSON',
    response => {
      response.writeHead(201, {'X-Subject-Token': 'x'}).end('{"token":');
    },
    /Keystone at .* gave no usable answer: there is no token in it$/,
  ],
  [
    'conductor_error',
    'answers without an end of the token',
    response => {
      response.writeHead(201, {'X-Subject-Token': 'x'}).end('{"token":{}}');
    },
    /Keystone at .* gave no usable answer: there is no token in it$/,
  ],
  [
    'conductor_error',
    'answers without the token itself',
    response => {
      const token = {issued_at: '2026-01-01T00:00:00Z'};
      const whole = {...token, expires_at: '2026-01-01T01:00:00Z'};
      response.writeHead(201).end(JSON.stringify({token: whole}));
    },
    /Keystone at .* gave no usable answer: there is no token in it$/,
  ],
  [
    'conductor_error',
    'answers without an end',
    response => {
      response.writeHead(201, {'X-Subject-Token': 'x'});
      response.end(' '.repeat(300 * 1024));
    },
    /Keystone at .* gave no usable answer: more than 262144 bytes$/,
  ],
];

describe('JSON-RPC with a Keystone that', function () {
  this.timeout(30_000);

  const ends: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  for (const [reason, what, answer, message] of FAULTS) {
    describe(what, () => {
      it(`fails a call with ${reason}`, async () => {
        const keystone = await given({instead: answer});
        const conductor = await startConductor();
        const caller = givenCaller(keystone.port);
        const signal = AbortSignal.timeout(500);
        const error = await failureOf(caller.call(conductor.name, signal));
        expect(error.reason).to.eql(reason);
        expect(error.message).to.startWith(
          `conductor ${conductor.name} can't be called without a token: `,
        );
        expect(error.message).to.match(message);
        expect(error.message).to.not.match(/S3cret/);
        expect(conductor.requests).to.be.empty();
      });

      it('makes a conductor answer 503', async () => {
        const keystone = await given({instead: answer});
        const {port, logger} = await startServer(keystone.port);
        const {status, body} = await post(port, 'some-token');
        expect(status).to.eql(503);
        expect(body).to.eql({error: {code: 503, message: UNAVAILABLE}});
        const {details} = logger.records.find(({level}) => level === 'error')!;
        expect((details.err as Error).message).to.match(message);
        expect(JSON.stringify(logger.records)).to.not.match(/S3cret|some-tok/);
      });
    });
  }

  describe('works', () => {
    it('is asked for one token by many calls', async () => {
      const keystone = await given();
      const conductor = await startConductor();
      const caller = givenCaller(keystone.port);
      await Promise.all(
        Array.from({length: 50}, () => caller.call(conductor.name)),
      );
      await caller.call(conductor.name);
      expect(keystone.requests).to.have.length(1);
      expect(keystone.requests[0]).to.match({
        method: 'POST',
        url: '/v3/auth/tokens?nocatalog',
      });
      expect(tokensSeenBy(conductor)).to.eql(['token-1']);
    });

    it('is asked for one new token by many calls that were refused', async () => {
      const keystone = await given();
      const conductor = await startConductor(
        ({headers}) => headers['x-auth-token'] === 'token-1',
      );
      const caller = givenCaller(keystone.port);
      await Promise.all(
        Array.from({length: 20}, () => caller.call(conductor.name)),
      );
      expect(keystone.requests).to.have.length(2);
      expect(tokensSeenBy(conductor)).to.eql(['token-1', 'token-2']);
    });

    it('is asked about a token once, and once for many calls', async () => {
      const keystone = await given();
      const {port} = await startServer(keystone.port);
      const statuses = await Promise.all(
        Array.from({length: 50}, async () => (await post(port, 'a')).status),
      );
      expect([...new Set(statuses)]).to.eql([200]);
      const asked = keystone.requests.filter(({method}) => method === 'GET');
      expect(asked).to.have.length(1);
      expect(asked[0].headers).to.match({
        'x-auth-token': 'token-1',
        'x-subject-token': 'a',
      });
    });

    it("is asked again when a conductor's own token was revoked", async () => {
      const keystone = await given({
        instead: (response, {method, headers}) => {
          const revoked = headers['x-auth-token'] === 'token-1';
          if (method !== 'GET' || !revoked) return false;
          return void response.writeHead(401).end();
        },
      });
      const {port} = await startServer(keystone.port);
      expect((await post(port, 'a')).status).to.eql(200);
      expect(keystone.requests.map(({method}) => method)).to.eql([
        ...['POST', 'GET'],
        ...['POST', 'GET'],
      ]);
    });
  });

  it('goes away is not missed while the token lasts', async () => {
    let hangs = false;
    const keystone = await given({
      tokenLife: 100,
      instead: () => (hangs ? undefined : false),
    });
    const conductor = await startConductor();
    const caller = givenCaller(keystone.port, {}, 0.3);
    await caller.call(conductor.name);
    hangs = true;
    // The token nears its end: it is used, and asked for anew meanwhile.
    for (let i = 0; i < 3; i++) await caller.call(conductor.name);
    await eventually('the operator is told', () =>
      caller.logger.records.some(({message}) =>
        /the token for RPC was not renewed/.test(message),
      ),
    );
    expect(keystone.requests).to.have.length(2);
    expect(tokensSeenBy(conductor)).to.eql(['token-1']);
  });

  it('comes back is used again', async () => {
    const port = await freePort();
    const conductor = await startConductor();
    const caller = givenCaller(port);
    const server = await startServer(port);
    const error = await failureOf(caller.call(conductor.name));
    expect(error.reason).to.eql('conductor_unreachable');
    expect((await post(server.port, 'a')).status).to.eql(503);
    await given({port});
    await eventually('calls are made', async () =>
      caller.call(conductor.name).then(
        () => true,
        () => false,
      ),
    );
    await eventually(
      'calls are answered',
      async () => (await post(server.port, 'a')).status === 200,
    );
  });

  it('says nothing is asked by few connections, for few calls', async () => {
    const keystone = await given({
      instead: (_response, {method}) => (method === 'GET' ? undefined : false),
    });
    const {port, conductor} = await startServer(keystone.port, {}, 60);
    const told: unknown[] = [];
    const flood = Array.from({length: 100}, async (_, i) => {
      const {status, body} = await post(port, `token-of-${i}`);
      told.push([status, (body.error as {message: string}).message]);
    });
    const tooMany = times(100 - 64, [503, 'Too many tokens to validate']);
    await eventually('the rest is told', () => told.length === tooMany.length);
    expect(told).to.eql(tooMany);
    // A token for the conductor, and 8 validations.
    await eventually('it is asked', () => keystone.requests.length === 1 + 8);
    expect(keystone.open.size).to.eql(8);
    await keystone.stop();
    await Promise.all(flood);
    expect(told).to.eql([...tooMany, ...times(64, [503, UNAVAILABLE])]);
    expect(conductor.calls).to.be.empty();
  });

  describe('speaks TLS', () => {
    let dir: TempDir;
    let authority: Authority;
    let port: number;

    before(async () => {
      dir = await TempDir.create();
      authority = await Authority.create(dir, 'keystone-ca');
    });

    after(() => dir.remove());

    beforeEach(async () => {
      const {cert, key} = await authority.sign('keystone', 'IP:127.0.0.1');
      const server = createServer(
        {cert: fs.readFileSync(cert), key: fs.readFileSync(key)},
        (request, response) => {
          request.resume();
          answerLikeKeystone(response, request, 'over-tls');
        },
      );
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({port} = server.address() as AddressInfo);
      ends.push(async () => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        await closed;
      });
    });

    it('is trusted with its authority in cafile', async () => {
      const tls = {...loginAt(port, 'https'), cafile: authority.file};
      const server = await startServer(port, tls);
      expect(await givenCaller(port, tls).call(server.name)).to.eql(
        scriptOf(UUID),
      );
    });

    it('is trusted when that is insecure', async () => {
      const tls = {...loginAt(port, 'https'), insecure: true};
      const server = await startServer(port, tls);
      expect((await post(server.port, 'a')).status).to.eql(200);
      await givenCaller(port, tls).call(server.name);
    });

    it('is not trusted otherwise', async () => {
      const tls = loginAt(port, 'https');
      const {logger, port: rpcPort} = await startServer(port, tls);
      expect((await post(rpcPort, 'a')).status).to.eql(503);
      const {details} = logger.records.find(({level}) => level === 'error')!;
      expect((details.err as Error).message).to.match(/certificate/);
      const error = await failureOf(
        givenCaller(port, tls).call(`127.0.0.1:${rpcPort}`),
      );
      expect(error.reason).to.eql('conductor_unreachable');
      expect(error.message).to.match(/Keystone at https:.*certificate/);
    });

    it('stops the start with a cafile that is not there', async () => {
      const message = /\[keystone_authtoken\] cafile = \/no\/such: .*ENOENT/;
      const error: unknown = await startServer(port, {
        cafile: '/no/such',
      }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(ConfigurationError);
      expect((error as Error).message).to.match(message);
    });
  });

  async function given(
    options: FakeKeystoneOptions = {},
  ): Promise<FakeConductor> {
    const keystone = await startFakeKeystone(options);
    ends.push(() => keystone.stop());
    return keystone;
  }

  /** @param refuses - which calls it answers with 401 */
  async function startConductor(
    refuses: (request: {headers: Record<string, unknown>}) => boolean = () =>
      false,
  ): Promise<FakeConductor> {
    const conductor = await FakeConductor.start((response, request) => {
      const {id} = JSON.parse(request.body) as {id: string};
      if (refuses(request)) response.writeHead(401);
      response.end(JSON.stringify({jsonrpc: '2.0', id, result: ''}));
    });
    ends.push(() => conductor.stop());
    return conductor;
  }

  function givenCaller(
    keystonePort: number,
    jsonRpc: JsonRpcConfig = {},
    timeout = 5,
  ): Caller {
    const caller = new Caller(
      {...loginAt(keystonePort), ...jsonRpc},
      {boot_config: {request_timeout: timeout}},
    );
    ends.push(() => caller.stop());
    return caller;
  }

  async function startServer(keystonePort: number, own = {}, timeout = 0.5) {
    const server = await GivenServer.start({
      json_rpc: {auth_strategy: 'keystone'},
      boot_config: {request_timeout: timeout},
      keystone_authtoken: {...loginAt(keystonePort), ...own},
    });
    ends.push(() => server.stop());
    const {port, logger, conductor} = server;
    return {port, logger, conductor, name: `127.0.0.1:${port}`};
  }
});

async function failureOf(call: Promise<unknown>): Promise<BootConfigError> {
  const error: unknown = await call.catch((e: unknown) => e);
  expect(error).to.be.instanceOf(BootConfigError);
  return error as BootConfigError;
}

function tokensSeenBy({requests}: FakeConductor): unknown[] {
  return [...new Set(requests.map(({headers}) => headers['x-auth-token']))];
}

function times<T>(count: number, value: T): T[] {
  return Array.from({length: count}, () => value);
}
