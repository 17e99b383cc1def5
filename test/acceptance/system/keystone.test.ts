import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {Keystone, User} from '../../support/keystone';
import {
  Api,
  Conductor,
  Deployment,
  notFound,
  request,
  Sections,
  served,
  Wire,
} from './support';

const SCRIPT = '#!ipxe\necho served\nboot\n';
const MAC = '52:54:00:00:00:01';
const CONDUCTOR = '127.0.0.11';

const TOKEN_LIFE = 6;

// Keystone takes its time on a busy machine.
const PATIENT: Sections[string] = {request_timeout: 30};

describe('serve and conductor with Keystone', function () {
  this.timeout(120_000);

  let keystone: Keystone;
  let deployment: Deployment;
  let conductor: Conductor;
  let admin: User;
  let reader: User;
  const secrets: string[] = [];

  before(async () => {
    [keystone, deployment] = await Promise.all([
      Keystone.start({tokenLife: TOKEN_LIFE}),
      Deployment.create(),
    ]);
    admin = await keystone.addUser('ironic', 'admin');
    reader = await keystone.addUser('reader', 'reader');
    const service = await keystone.addUser('conductor', 'service');
    secrets.push(admin.password, reader.password, service.password);
    await deployment.register({hostname: CONDUCTOR});
    const uuid = await deployment.addNode({macs: [MAC]});
    conductor = await deployment.startConductor(CONDUCTOR, {
      boot_config: PATIENT,
      json_rpc: {auth_strategy: 'keystone'},
      keystone_authtoken: {auth_section: 'service_user'},
      service_user: keystone.login(service),
    });
    await conductor.write(uuid, SCRIPT);
  });

  after(async () => {
    await deployment?.remove();
    await keystone?.stop();
  });

  it('gets the script, and again when its token has expired', async () => {
    const api = await startApi();
    expect(await answerOf(api)).to.eql(served(SCRIPT));
    // Its tokens are older than this one.
    const token = await keystone.issue(admin);
    expect(await statusFor(token)).to.eql(200);
    await eventually(
      'it expires',
      async () => !(await keystone.isValid(token)),
      {
        timeoutMs: 3 * TOKEN_LIFE * 1000,
      },
    );
    expect(await answerOf(api)).to.eql(served(SCRIPT));
    expect(await statusFor(token)).to.eql(401);
    expectNoSecrets(api);
  });

  for (const [what, login, reason, cause] of [
    [
      'the password is wrong',
      () => ({password: 'wr0ng'}),
      'conductor_error',
      /Keystone at .* does not take the credentials of \[json_rpc\] \(HTTP status 401/,
    ],
    [
      'the user has another role',
      () => keystone.login(reader),
      'conductor_error',
      /none of its \[json_rpc\] allowed_roles \(HTTP status 403\)/,
    ],
    [
      'Keystone is not there',
      () => ({auth_url: 'http://127.0.0.1:9'}),
      'conductor_unreachable',
      /Keystone at http:\/\/127\.0\.0\.1:9\/v3 can't be reached: /,
    ],
  ] as [string, () => Sections[string], string, RegExp][]) {
    it(`gives the 404 and logs the cause when ${what}`, async () => {
      const api = await startApi(login());
      expect(await answerOf(api)).to.eql(notFound());
      await eventually('it is logged', () => api.requestLog.length === 1);
      const [line] = api.requestLog;
      expect(line).to.have.property('reason', reason);
      expect(line.msg).to.match(cause);
      expectNoSecrets(api);
    });
  }

  async function startApi(login: Sections[string] = {}): Promise<Api> {
    return deployment.startApi({
      boot_config: PATIENT,
      json_rpc: {
        auth_strategy: 'keystone',
        ...keystone.login(admin),
        ...login,
      },
    });
  }

  async function answerOf(api: Api): Promise<string> {
    const wire = await Wire.open(api.port);
    try {
      wire.send(request(`/v1/boot/${MAC}/boot.ipxe`));
      return await wire.answer();
    } finally {
      wire.close();
    }
  }

  async function statusFor(token: string): Promise<number> {
    const url = `http://${CONDUCTOR}:${deployment.rpcPort}/`;
    const headers = {'X-Auth-Token': token};
    return (await fetch(url, {method: 'POST', headers, body: '{}'})).status;
  }

  function expectNoSecrets(api: Api): void {
    const log = [...api.process.lines, ...conductor.process.lines].join('\n');
    for (const secret of [...secrets, 'wr0ng', 'gAAAA']) {
      expect(log).to.not.containEql(secret);
    }
  }
});
