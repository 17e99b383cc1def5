import {expect} from '@loopback/testlab';
import {BootConfigConfig, BootConfigError} from '../../../src';
import {scriptOf} from '../../acceptance/support/stub-conductor';
import {ApplicationCredential, Keystone, User} from '../../support/keystone';
import {answers, answersWith, FakeConductor} from './support/fake-conductor';
import {GivenServer} from './support/given-server';
import {Caller, JsonRpcConfig, post, UUID} from './support/keystone-calls';

type OwnConfig = NonNullable<BootConfigConfig['keystone_authtoken']>;

describe('JSON-RPC with Keystone', function () {
  this.timeout(90_000);

  let keystone: Keystone;
  /** May call conductors. */
  let admin: User;
  /** Is known, and may not. */
  let reader: User;
  /** May validate tokens. */
  let service: User;
  let credential: ApplicationCredential;
  const ends: (() => Promise<unknown>)[] = [];

  before(async () => {
    keystone = await Keystone.start();
    admin = await keystone.addUser('ironic', 'admin');
    reader = await keystone.addUser('reader', 'reader');
    service = await keystone.addUser('conductor', 'service');
    credential = await keystone.addApplicationCredential(admin);
  });

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  after(() => keystone?.stop());

  describe('gets the script', () => {
    for (const [what, options] of [
      ['with a password', () => keystone.login(admin)],
      ['with v3password', () => ({auth_type: 'v3password'})],
      [
        'when auth_type is not set',
        () => ({...keystone.login(admin), auth_type: undefined}),
      ],
      [
        'from a URL with a version',
        () => ({...keystone.login(admin), auth_url: `${keystone.url}/v3/`}),
      ],
      [
        'of the default domain',
        () => ({
          default_domain_id: 'default',
          user_domain_name: undefined,
          project_domain_name: undefined,
        }),
      ],
      [
        'with the ID of an application credential',
        () => ({
          ...onlyUrl(),
          application_credential_id: credential.id,
          application_credential_secret: credential.secret,
        }),
      ],
      [
        'with the name of an application credential',
        () => ({
          ...onlyUrl(),
          user_id: admin.id,
          application_credential_name: credential.name,
          application_credential_secret: credential.secret,
        }),
      ],
    ] as [string, () => JsonRpcConfig][]) {
      it(what, async () => {
        const {port} = await started();
        const caller = given(options());
        for (let time = 0; time < 2; time++) {
          expect(await caller.call(at(port))).to.eql(scriptOf(UUID));
        }
      });
    }

    it('with a new token when its own was revoked', async () => {
      const {port, conductor} = await started();
      const revoked = await FakeConductor.start(answers({result: 'ours'}));
      ends.push(() => revoked.stop());
      const caller = given({});
      await caller.call(revoked.name);
      await keystone.revoke(tokenOf(revoked));
      expect(await caller.call(at(port))).to.eql(scriptOf(UUID));
      expect(conductor.calls).to.have.length(1);
      await caller.call(revoked.name);
      expect(tokenOf(revoked, 1)).to.not.eql(tokenOf(revoked));
    });

    function onlyUrl(): JsonRpcConfig {
      return {
        auth_type: 'v3applicationcredential',
        username: undefined,
        password: undefined,
        user_domain_name: undefined,
        project_name: undefined,
        project_domain_name: undefined,
      };
    }
  });

  describe('does not get the script', () => {
    it('with a wrong password', async () => {
      const {port, conductor} = await started();
      const error = await failure({password: 'wr0ng'}, port);
      expect(error.reason).to.eql('conductor_error');
      expect(error.message).to.eql(
        `conductor ${at(port)} can't be called without a token: Keystone at ${keystone.url}/v3 does not take the credentials of [json_rpc] (HTTP status 401)`,
      );
      expect(conductor.calls).to.be.empty();
    });

    it('with a wrong secret of an application credential', async () => {
      const {port} = await started();
      const error = await failure(
        {
          auth_type: 'v3applicationcredential',
          application_credential_id: credential.id,
          application_credential_secret: 'wr0ng',
          project_name: undefined,
        },
        port,
      );
      expect(error.reason).to.eql('conductor_error');
      expect(error.message).to.match(/credentials of \[json_rpc\]/);
    });

    it('for a project that there is not', async () => {
      const {port} = await started();
      const error = await failure({project_name: 'nope'}, port);
      expect(error.reason).to.eql('conductor_error');
    });

    it('with a role that is not allowed', async () => {
      const {port, conductor} = await started();
      const error = await failure(keystone.login(reader), port);
      expect(error.reason).to.eql('conductor_error');
      expect(error.message).to.match(/allowed_roles \(HTTP status 403\)$/);
      expect(conductor.calls).to.be.empty();
    });

    it('from a conductor that does not know new tokens either', async () => {
      const stranger = await FakeConductor.start(answersWith(401, '{}'));
      ends.push(() => stranger.stop());
      const error = await failure({}, stranger.port);
      expect(error.reason).to.eql('conductor_error');
      expect(error.message).to.match(
        /it does not take a token of Keystone that was just issued \(HTTP status 401\)$/,
      );
      expect(stranger.requests).to.have.length(2);
    });
  });

  describe('on the side of the conductor', () => {
    it('answers a token with an allowed role', async () => {
      const {port} = await started();
      const {status, body} = await post(port, await keystone.issue(admin));
      expect(status).to.eql(200);
      expect(body).to.have.property('result', scriptOf(UUID));
    });

    it('takes any of several roles', async () => {
      const {port} = await started(
        {},
        {allowed_roles: 'service, reader', auth_strategy: 'keystone'},
      );
      expect((await post(port, await keystone.issue(reader))).status).to.eql(
        200,
      );
    });

    for (const [what, token] of [
      ['no token', async () => undefined],
      ['an empty token', async () => ''],
      ['a token that is none', async () => 'gAAAAABnope'],
      ['what does not go into a header', async () => 't\u00f6ken'],
      ['two tokens', async () => `${await keystone.issue(admin)}, b`],
    ] as [string, () => Promise<string | undefined>][]) {
      it(`refuses ${what} with a challenge`, async () => {
        const {port, conductor} = await started();
        const answer = await post(port, await token());
        expect(answer.status).to.eql(401);
        expect(answer.headers).to.match({
          'www-authenticate': `Keystone uri="${keystone.url}"`,
          'content-type': 'application/json',
        });
        expect(answer.body).to.eql({
          error: {
            code: 401,
            message: 'The request you have made requires authentication.',
          },
        });
        expect(conductor.calls).to.be.empty();
      });
    }

    it('tells of another Keystone where www_authenticate_uri does', async () => {
      const uri = 'https://keystone.example.org:5000';
      const {port} = await started({www_authenticate_uri: uri});
      expect((await post(port)).headers).to.have.property(
        'www-authenticate',
        `Keystone uri="${uri}"`,
      );
    });

    for (const [what, token] of [
      ['a role that is not allowed', () => keystone.issue(reader)],
      ['no role at all', () => keystone.issueUnscoped(admin)],
    ] as [string, () => Promise<string>][]) {
      it(`forbids a token with ${what}`, async () => {
        const {port, conductor, logger} = await started();
        const answer = await post(port, await token());
        expect(answer.status).to.eql(403);
        expect(answer.body).to.eql({error: {code: 403, message: 'Forbidden'}});
        expect(conductor.calls).to.be.empty();
        const {details} = logger.records.find(({level}) => level === 'warn')!;
        expect(details).to.have.properties('user', 'roles', 'allowed_roles');
      });
    }

    it('refuses a token that was revoked', async () => {
      const {port} = await started();
      const token = await keystone.issue(admin);
      await keystone.revoke(token);
      expect((await post(port, token)).status).to.eql(401);
    });

    it('remembers a token for no longer than it is told to', async () => {
      const [remembers, asksAlways] = [
        await started(),
        await started({token_cache_time: -1}),
      ];
      const token = await keystone.issue(admin);
      for (const {port} of [remembers, asksAlways]) {
        expect((await post(port, token)).status).to.eql(200);
      }
      await keystone.revoke(token);
      expect((await post(remembers.port, token)).status).to.eql(200);
      expect((await post(asksAlways.port, token)).status).to.eql(401);
    });

    for (const [what, own, cause] of [
      [
        'whose password is wrong',
        () => ({password: 'wr0ng'}),
        /does not take the credentials of \[keystone_authtoken\] \(HTTP status 401/,
      ],
      [
        'whose user may not validate tokens',
        () => keystone.login(reader),
        /does not let the user of \[keystone_authtoken\] validate tokens \(HTTP status 403/,
      ],
    ] as [string, () => OwnConfig, RegExp][]) {
      it(`answers 503 and logs the cause when it is one ${what}`, async () => {
        const {port, logger} = await started(own());
        const answer = await post(port, await keystone.issue(admin));
        expect(answer.status).to.eql(503);
        expect(answer.body).to.eql({
          error: {
            code: 503,
            message: 'The Keystone service is temporarily unavailable.',
          },
        });
        const {details} = logger.records.find(({level}) => level === 'error')!;
        expect((details.err as Error).message).to.match(cause);
      });
    }

    it('suffices to listen on addresses of the network', async () => {
      const open = await started(
        {},
        {auth_strategy: 'keystone', host_ip: '0.0.0.0'},
      );
      expect(open.app.state).to.eql('started');
    });

    it('answers again after it was stopped and started', async () => {
      const {port, app} = await started();
      await app.stop();
      await app.start();
      expect((await post(port, await keystone.issue(admin))).status).to.eql(
        200,
      );
    });
  });

  it('logs no token and no password', async () => {
    const server = await started();
    const caller = given({});
    await caller.call(at(server.port));
    await failure({password: 'wr0ng'}, server.port);
    const tokens = [await keystone.issue(reader), 'gAAAAABnope'];
    for (const token of tokens) await post(server.port, token);
    const log = JSON.stringify([
      ...server.logger.records,
      ...caller.logger.records,
    ]);
    expect(log).to.match(/allowed_roles/);
    expect(log).to.not.match(/gAAAA|S3cret|wr0ng/);
  });

  async function started(
    own: OwnConfig = {},
    jsonRpc: JsonRpcConfig = {auth_strategy: 'keystone'},
  ): Promise<GivenServer> {
    const server = await GivenServer.start({
      json_rpc: jsonRpc,
      keystone_authtoken: {...keystone.login(service), ...own},
    });
    ends.push(() => server.stop());
    return server;
  }

  function given(jsonRpc: JsonRpcConfig): Caller {
    const caller = new Caller({...keystone.login(admin), ...jsonRpc});
    ends.push(() => caller.stop());
    return caller;
  }

  async function failure(
    jsonRpc: JsonRpcConfig,
    port: number,
  ): Promise<BootConfigError> {
    const error: unknown = await given(jsonRpc)
      .call(at(port))
      .catch((e: unknown) => e);
    expect(error).to.be.instanceOf(BootConfigError);
    return error as BootConfigError;
  }
});

function at(port: number): string {
  return `127.0.0.1:${port}`;
}

function tokenOf({requests}: FakeConductor, index = 0): string {
  return String(requests[index].headers['x-auth-token']);
}
