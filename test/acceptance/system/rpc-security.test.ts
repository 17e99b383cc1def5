import {hash} from 'bcryptjs';
import {expect} from '@loopback/testlab';
import {Authority} from '../../support/certificates';
import {eventually} from '../../support/eventually';
import {OldTlsPeer} from '../../support/old-tls-peer';
import {TempDir} from '../../support/temp-dir';
import {
  Api,
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
const PASSWORD = 'S3cret';

// A conductor that speaks TLS 1.0 alone, and a node of its.
const OLD_CONDUCTOR = '127.0.0.12';
const OLD_MAC = '52:54:00:00:00:02';

describe('serve and conductor with HTTP basic authentication over TLS', function () {
  this.timeout(60_000);

  let dir: TempDir;
  let deployment: Deployment;
  let client: Sections[string];
  let others: Authority;
  let old: OldTlsPeer;

  before(async () => {
    [dir, deployment] = await Promise.all([
      TempDir.create(),
      Deployment.create(),
    ]);
    const authority = await Authority.create(dir, 'authority');
    others = await Authority.create(dir, 'others');
    const {cert, key} = await authority.sign('conductor', `IP:${CONDUCTOR}`);
    old = await OldTlsPeer.start(
      {cert, key},
      {host: OLD_CONDUCTOR, port: deployment.rpcPort},
    );
    await deployment.register({hostname: OLD_CONDUCTOR, conductorGroup: 'old'});
    await deployment.addNode({macs: [OLD_MAC], conductorGroup: 'old'});
    client = {
      auth_strategy: 'http_basic',
      username: 'ironic',
      password: PASSWORD,
      use_ssl: 'True',
      cafile: authority.file,
    };
    await deployment.register({hostname: CONDUCTOR});
    const uuid = await deployment.addNode({macs: [MAC]});
    const conductor = await deployment.startConductor(CONDUCTOR, {
      json_rpc: {
        auth_strategy: 'http_basic',
        http_basic_auth_user_file: await dir.write(
          'htpasswd',
          `ironic:${await hash(PASSWORD, 10)}\n`,
        ),
        use_ssl: 'True',
        cert_file: cert,
        key_file: key,
      },
    });
    await conductor.write(uuid, SCRIPT);
  });

  after(async () => {
    await deployment.remove();
    await old.stop();
    await dir.remove();
  });

  it('gets the script', async () => {
    const api = await deployment.startApi({json_rpc: client});
    for (let time = 0; time < 2; time++) {
      expect(await answerOf(api)).to.eql(served(SCRIPT));
    }
  });

  for (const [what, change, reason, cause, mac] of [
    [
      'the password is wrong',
      () => ({password: 'wr0ng'}),
      'conductor_error',
      /does not take the credentials of \[json_rpc\] \(HTTP status 401\)/,
    ],
    [
      'no authority vouches for the conductor',
      () => ({cafile: ''}),
      'conductor_unreachable',
      /certificate/,
    ],
    [
      'another authority vouches for the conductor',
      () => ({cafile: others.file}),
      'conductor_unreachable',
      /certificate/,
    ],
    [
      'the conductor speaks TLS 1.0 alone',
      () => ({}),
      'conductor_unreachable',
      /TLS: .*protocol/,
      OLD_MAC,
    ],
  ] as [string, () => Sections[string], string, RegExp, string?][]) {
    it(`gives the 404 and logs the cause when ${what}`, async () => {
      const api = await deployment.startApi({
        json_rpc: {...client, ...change()},
      });
      expect(await answerOf(api, mac)).to.eql(notFound());
      await eventually('it is logged', () => api.requestLog.length === 1);
      const [line] = api.requestLog;
      expect(line).to.have.property('reason', reason);
      expect(line.msg).to.match(cause);
      expect(api.process.stderr.join('\n')).to.not.match(/wr0ng|S3cret/);
    });
  }

  async function answerOf(api: Api, mac = MAC): Promise<string> {
    const wire = await Wire.open(api.port);
    try {
      wire.send(request(`/v1/boot/${mac}/boot.ipxe`));
      return await wire.answer();
    } finally {
      wire.close();
    }
  }
});
