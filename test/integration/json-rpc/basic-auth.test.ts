import fs from 'node:fs';
import {once} from 'node:events';
import {IncomingMessage, request} from 'node:http';
import {json} from 'node:stream/consumers';
import {hash} from 'bcryptjs';
import {expect} from '@loopback/testlab';
import {
  anonymousContext,
  BootConfigConfig,
  BootConfigError,
  ConfigurationError,
  JsonRpcTransport,
  newRequestId,
  resolveOptions,
} from '../../../src';
import {scriptOf} from '../../acceptance/support/stub-conductor';
import {TempDir} from '../../support/temp-dir';
import {answersWith, FakeConductor} from './support/fake-conductor';
import {GivenServer} from './support/given-server';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c10d';
const USERNAME = 'ironic';
const PASSWORD = 'S3cret:p\u00e4ss';
const OTHER_PASSWORD = 'Oth3r';
// The lowest there is, as these tests make many hashes.
const COST = 4;

const INCORRECT = 'Incorrect username or password';

const BODY = JSON.stringify({
  jsonrpc: '2.0',
  id: '1',
  method: 'get_boot_config',
  params: {context: {}, node_id: UUID, name: 'boot.ipxe'},
});

describe('JSON-RPC with HTTP basic authentication', () => {
  let dir: TempDir;
  let userFile: string;
  let server: GivenServer;
  const transports: JsonRpcTransport[] = [];

  beforeEach(async () => {
    dir = await TempDir.create();
    userFile = await dir.write(
      'htpasswd',
      `# callers\n${await entry(USERNAME, PASSWORD)}${await entry('agent', OTHER_PASSWORD)}`,
    );
    server = await GivenServer.start(serverConfig());
  });

  afterEach(async () => {
    for (const transport of transports.splice(0)) await transport.stop();
    await server.stop();
    await dir.remove();
  });

  describe('answers', () => {
    it('each of its users', async () => {
      for (const [user, password] of [
        [USERNAME, PASSWORD],
        ['agent', OTHER_PASSWORD],
      ]) {
        for (let time = 0; time < 2; time++) {
          const {status, body} = await post(basic(user, password));
          expect(status).to.eql(200);
          expect(body).to.have.property('result', scriptOf(UUID));
        }
      }
    });

    it('many first calls of one user at once', async () => {
      const answers = await Promise.all(
        Array.from({length: 100}, () => post(basic(USERNAME, PASSWORD))),
      );
      expect([...new Set(answers.map(({status}) => status))]).to.eql([200]);
    });

    it('while many wrong passwords wait to be told so', async () => {
      await post(basic(USERNAME, PASSWORD));
      const flood = Array.from({length: 100}, (_, i) =>
        post(basic(USERNAME, `wrong ${i}`)),
      );
      expect((await post(basic(USERNAME, PASSWORD))).status).to.eql(200);
      for (const {status} of await Promise.all(flood)) {
        expect([401, 503]).to.containEql(status);
      }
      expect(server.conductor.calls).to.have.length(2);
    });
  });

  describe('refuses', () => {
    for (const [what, authorization, message] of [
      ['no credentials', undefined, 'Authorization required'],
      ['a wrong password', basic(USERNAME, 'wrong'), INCORRECT],
      ["another user's password", basic(USERNAME, OTHER_PASSWORD), INCORRECT],
      ['an unknown user', basic('nobody', PASSWORD), INCORRECT],
      ['an empty user', basic('', ''), INCORRECT],
      ['the name of a property', basic('constructor', PASSWORD), INCORRECT],
    ] as const) {
      it(`${what} with a challenge`, async () => {
        // What another has verified is of no use.
        await post(basic(USERNAME, PASSWORD));
        server.conductor.reset();
        const answer = await post(authorization);
        expect(answer.status).to.eql(401);
        expect(answer.headers).to.match({
          'www-authenticate': 'Basic realm="Baremetal API"',
          'content-type': 'application/json',
        });
        expect(answer.body).to.eql({error: {message, code: 401}});
        expect(server.conductor.calls).to.be.empty();
      });
    }

    it('what is no basic authentication', async () => {
      const answer = await post('Bearer abc');
      expect(answer.status).to.eql(400);
      expect(answer.body).to.eql({
        error: {message: 'Unsupported authorization type "Bearer"', code: 400},
      });
    });

    it('methods other than POST, too, unless authenticated', async () => {
      expect((await post(undefined, 'GET')).status).to.eql(401);
      const authorized = await post(basic(USERNAME, PASSWORD), 'GET');
      expect(authorized.status).to.eql(405);
    });
  });

  describe('when the user file changes', () => {
    it('takes the new password and no longer the old one', async () => {
      expect((await post(basic(USERNAME, PASSWORD))).status).to.eql(200);
      await dir.write('htpasswd', await entry(USERNAME, 'new'));
      expect((await post(basic(USERNAME, PASSWORD))).status).to.eql(401);
      expect((await post(basic(USERNAME, 'new'))).status).to.eql(200);
    });

    it('lets nobody in while the file is not sound', async () => {
      await post(basic(USERNAME, PASSWORD));
      await dir.write('htpasswd', `${USERNAME}:{SHA}abc=\n`);
      const answer = await post(basic(USERNAME, PASSWORD));
      expect(answer.status).to.eql(500);
      expect(answer.body).to.eql({
        error: {message: 'Problem reading auth user file', code: 500},
      });
      const {message} = server.logger.records.find(
        ({level}) => level === 'error',
      )!.details.err as Error;
      expect(message).to.match(/htpasswd: expected .*: line 1 is no user/);
      await dir.write('htpasswd', await entry(USERNAME, PASSWORD));
      expect((await post(basic(USERNAME, PASSWORD))).status).to.eql(200);
    });

    it('lets nobody in while there is none', async () => {
      await post(basic(USERNAME, PASSWORD));
      await fs.promises.rm(userFile);
      expect((await post(basic(USERNAME, PASSWORD))).status).to.eql(500);
    });
  });

  describe('does not start with a user file that', () => {
    for (const [what, content, problem] of [
      ['is not there', undefined, /: ENOENT/],
      ['has no user', '\n', /: there is no user in it$/],
      ['holds MD5', '#\nironic:$apr1$x$y\n', /: line 2 is no user name with/],
    ] as const) {
      it(what, async () => {
        const file = dir.join('other');
        if (content !== undefined) await dir.write('other', content);
        const error = await startError(serverConfig(file));
        expect(error.message).to.startWith(
          `The configuration is not usable:\n  [json_rpc] http_basic_auth_user_file = ${file}: expected a user file of Apache with bcrypt hashes`,
        );
        expect(error.message).to.match(problem);
        expect(error.message).to.not.match(/apr1/);
      });
    }
  });

  it('suffices to listen on addresses of the network', async () => {
    const config = serverConfig();
    config.json_rpc!.host_ip = '0.0.0.0';
    const open = await GivenServer.start(config);
    await open.stop();
  });

  describe('on the side of the API', () => {
    it('gets the script with the right password', async () => {
      expect(await call({})).to.eql(scriptOf(UUID));
      expect(
        await call({auth_strategy: 'noauth', auth_type: 'http_basic'}),
      ).to.eql(scriptOf(UUID));
    });

    it('tells of a password that is not taken', async () => {
      const error = await callError({password: 'wr0ng'});
      expect(error.reason).to.eql('conductor_error');
      expect(error.message).to.eql(
        `conductor 127.0.0.1:${server.port} gave no usable answer: it does not take the credentials of [json_rpc] (HTTP status 401)`,
      );
    });

    it('tells of credentials that are missing', async () => {
      const error = await callError({auth_type: 'none'});
      expect(error.message).to.match(/credentials of \[json_rpc\]/);
    });

    it('sends what RFC 7617 says', async () => {
      const conductor = await FakeConductor.start(answersWith(401, '{}'));
      await callError({}, conductor.name);
      expect(conductor.requests[0].headers.authorization).to.eql(
        basic(USERNAME, PASSWORD),
      );
      await conductor.stop();
    });

    for (const [option, value, message] of [
      ['username', undefined, /\[json_rpc\] username \(not set\): expected/],
      ['username', 'a:b', /\[json_rpc\] username = a:b: expected .* colon/],
      ['password', undefined, /\[json_rpc\] password \(not set\): expected/],
      ['auth_type', 'v3token', /\[json_rpc\] auth_type = v3token: expected/],
    ] as const) {
      it(`does not start with ${option} ${value ?? 'not set'}`, async () => {
        const transport = givenTransport({[option]: value});
        const error = await transport.init().catch((e: unknown) => e);
        expect(error).to.be.instanceOf(ConfigurationError);
        expect((error as Error).message).to.match(message);
        expect((error as Error).message).to.not.containEql(PASSWORD);
      });
    }
  });

  it('logs no password', async () => {
    await call({});
    await callError({password: 'wr0ng'});
    const log = JSON.stringify(server.logger.records);
    expect(log).to.match(/wrong user name or password/);
    expect(log).to.not.match(/wr0ng|S3cret|\$2/);
  });

  function serverConfig(file = userFile): BootConfigConfig {
    return {
      json_rpc: {auth_strategy: 'http_basic', http_basic_auth_user_file: file},
    };
  }

  function givenTransport(
    jsonRpc: NonNullable<BootConfigConfig['json_rpc']>,
  ): JsonRpcTransport {
    const transport = new JsonRpcTransport(
      resolveOptions({
        json_rpc: {
          auth_strategy: 'http_basic',
          username: USERNAME,
          password: PASSWORD,
          ...jsonRpc,
        },
      }),
    );
    transports.push(transport);
    return transport;
  }

  async function call(
    jsonRpc: NonNullable<BootConfigConfig['json_rpc']>,
    hostname = `127.0.0.1:${server.port}`,
  ): Promise<unknown> {
    return givenTransport(jsonRpc).call(
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

  async function callError(
    ...args: Parameters<typeof call>
  ): Promise<BootConfigError> {
    const error: unknown = await call(...args).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(BootConfigError);
    return error as BootConfigError;
  }

  async function post(authorization?: string, method = 'POST') {
    const headers = authorization === undefined ? {} : {authorization};
    const asked = request({port: server.port, method, headers, agent: false});
    asked.end(method === 'POST' ? BODY : undefined);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return {
      status: response.statusCode,
      headers: response.headers,
      body: await json(response),
    };
  }
});

function basic(username: string, password: string): string {
  const pair = Buffer.from(`${username}:${password}`);
  return `Basic ${pair.toString('base64')}`;
}

async function entry(username: string, password: string): Promise<string> {
  return `${username}:${await hash(password, COST)}\n`;
}

async function startError(config: BootConfigConfig): Promise<Error> {
  const error: unknown = await GivenServer.start(config).then(
    async started => started.stop(),
    (failure: unknown) => failure,
  );
  expect(error).to.be.instanceOf(ConfigurationError);
  return error as ConfigurationError;
}
