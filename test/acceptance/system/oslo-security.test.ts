import {expect} from '@loopback/testlab';
import {Authority, KeyPair} from '../../support/certificates';
import {eventually} from '../../support/eventually';
import {OldTlsPeer} from '../../support/old-tls-peer';
import {RabbitMq, Tenant} from '../../support/rabbitmq';
import {TempDir} from '../../support/temp-dir';
import {
  Api,
  Deployment,
  notFound,
  request,
  runCommand,
  Sections,
  served,
  Wire,
} from './support';

const SCRIPT = '#!ipxe\necho served\nboot\n';
const MAC = '52:54:00:00:00:01';
const CONDUCTOR = 'conductor-a';

// All of them with a meaning in a URL.
const TENANT: Tenant = {
  virtualHost: '/ironic #1',
  user: 'iron:ic@bm',
  password: 'S3cret:p@ss/word?%20,',
};

describe('serve and conductor with RabbitMQ over TLS', function () {
  this.timeout(90_000);

  let dir: TempDir;
  let deployment: Deployment;
  let broker: RabbitMq;
  let old: OldTlsPeer;
  let others: Authority;
  let stranger: KeyPair;
  let elsewhere: RabbitMq;
  let tls: Sections[string];

  before(async () => {
    dir = await TempDir.create();
    const ours = await Authority.create(dir, 'ours');
    others = await Authority.create(dir, 'others');
    const pair = await ours.sign('broker', 'IP:127.0.0.1');
    const api = await ours.sign('api', 'DNS:api');
    stranger = await others.sign('stranger', 'DNS:api');
    const {file: authority} = ours;
    [deployment, broker, elsewhere, old] = await Promise.all([
      Deployment.create(),
      RabbitMq.start({
        tenant: TENANT,
        tls: {...pair, authority, wantsCertificate: true},
      }),
      RabbitMq.start({
        tls: {
          ...(await ours.sign('elsewhere', 'DNS:elsewhere')),
          authority,
          version: 'tlsv1.3',
        },
      }),
      OldTlsPeer.start(pair),
    ]);
    tls = {
      ssl: 'True',
      ssl_ca_file: authority,
      ssl_cert_file: api.cert,
      ssl_key_file: api.key,
    };
    await deployment.register({hostname: CONDUCTOR});
    const uuid = await deployment.addNode({macs: [MAC]});
    const conductor = await deployment.startConductor(CONDUCTOR, sections());
    await conductor.write(uuid, SCRIPT);
  });

  after(async () => {
    await deployment?.remove();
    await broker?.stop();
    await elsewhere?.stop();
    await old?.stop();
    await dir.remove();
  });

  it('gets the script', async () => {
    const api = await deployment.startApi(sections());
    await eventually(
      'it is served',
      async () => (await answerOf(api)) === served(SCRIPT),
    );
  });

  for (const [what, change, url] of [
    ['version 1.2', {ssl_version: 'TLSv1_2'}],
    ['any version', {ssl_version: 'sslv23', ssl_enforce_fips_mode: 'False'}],
    ['the first broker being down', {}, () => `a:b@127.0.0.1:1,${place()}`],
    [
      'the first broker being of another authority',
      {},
      () => `a:b@127.0.0.1:${elsewhere.tlsPort},${place()}`,
    ],
  ] as [string, Sections[string], (() => string)?][]) {
    it(`gets it with ${what}`, async () => {
      const api = await deployment.startApi(sections(change, url?.()));
      await eventually(
        'it is served',
        async () => (await answerOf(api)) === served(SCRIPT),
      );
    });
  }

  for (const [what, change, url, cause] of [
    [
      'the broker is vouched for by another authority',
      () => ({ssl_ca_file: others.file}),
      () => place(),
      /certificate/,
    ],
    [
      'nobody known vouches for the broker',
      () => ({ssl_ca_file: ''}),
      () => place(),
      /certificate/,
    ],
    [
      'it is the certificate of another host',
      () => ({}),
      () => `guest:guest@127.0.0.1:${elsewhere.tlsPort}`,
      /127\.0\.0\.1 is not in the cert's list/,
    ],
    [
      // That it gets so far as to look for the exchange.
      'it is that of another host, which is allowed, but has no conductor',
      () => ({ssl_enforce_hostname_verification: 'False'}),
      () => `guest:guest@127.0.0.1:${elsewhere.tlsPort}`,
      /no exchange 'ironic'/,
    ],
    [
      'the broker speaks TLS 1.3 alone, which it is not to speak',
      () => ({ssl_version: 'TLSv1_2'}),
      () => `guest:guest@127.0.0.1:${elsewhere.tlsPort}`,
      /TLS: .*protocol/,
    ],
    [
      'the broker wants a certificate',
      () => ({ssl_cert_file: '', ssl_key_file: ''}),
      () => place(),
      /certificate required/,
    ],
    [
      'the broker wants another certificate',
      () => ({ssl_cert_file: stranger.cert, ssl_key_file: stranger.key}),
      () => place(),
      /unknown ca/,
    ],
    [
      'the broker speaks TLS 1.0 alone',
      () => ({}),
      () => `guest:guest@127.0.0.1:${old.port}`,
      /TLS: .*protocol/,
    ],
    [
      'the broker speaks no TLS',
      () => ({}),
      () => `guest:guest@127.0.0.1:${broker.port}`,
      /TLS: .*wrong version number/,
    ],
    [
      'the broker speaks TLS and nothing else',
      () => ({ssl: 'False'}),
      () => place(),
      /\[oslo_messaging_rabbit\] ssl/,
    ],
    [
      'the password is wrong',
      () => ({}),
      () => place({password: 'S3cret'}),
      /ACCESS_REFUSED/,
    ],
    [
      'the virtual host is not for it',
      () => ({}),
      () => place({virtualHost: '/'}),
      /NOT_ALLOWED/,
    ],
    [
      'there is no such virtual host',
      () => ({}),
      () => place({virtualHost: 'nope'}),
      /vhost nope not found/,
    ],
  ] as [string, () => Sections[string], () => string, RegExp][]) {
    it(`gives the 404 and logs the cause when ${what}`, async () => {
      const api = await deployment.startApi(sections(change(), url()));
      expect(await answerOf(api)).to.equal(notFound());
      await eventually('it is logged', () => api.requestLog.length === 1);
      const [line] = api.requestLog;
      expect(line).to.have.property('reason', 'conductor_unreachable');
      expect(line.msg).to.match(cause);
      expect(api.process.stderr.join('\n')).to.not.match(/S3cret/);
    });
  }

  for (const command of ['serve', 'conductor']) {
    for (const [change, message] of [
      [
        {ssl_ca_file: '/no/such.pem'},
        /\[oslo_messaging_rabbit\] ssl_ca_file = \/no\/such\.pem: expected .*: ENOENT/,
      ],
      [
        {ssl_key_file: '/no/such.key'},
        /\[oslo_messaging_rabbit\] ssl_key_file = \/no\/such\.key: expected .*: ENOENT/,
      ],
      [
        {ssl_version: 'TLSv1'},
        /\[oslo_messaging_rabbit\] ssl_version = TLSv1: expected one of SSLv23, TLSv1_2/,
      ],
    ] as [Sections[string], RegExp][]) {
      it(`stops the start of ${command}: ${Object.entries(change).join()}`, async () => {
        const conf = await deployment.conf({
          ...sections(change),
          deploy: {http_root: dir.path},
        });
        const {code, stderr} = await runCommand([
          command,
          '--config-file',
          conf,
        ]);
        expect(code).to.equal(1);
        expect(stderr).to.match(message);
      });
    }
  }

  /** Where the broker is, as a transport URL has it. */
  function place(change: Partial<Tenant> = {}): string {
    const tenant = {...TENANT, ...change};
    const [user, password, virtualHost] = [
      tenant.user,
      tenant.password,
      tenant.virtualHost,
    ].map(encodeURIComponent);
    return `${user}:${password}@127.0.0.1:${broker.tlsPort}/${virtualHost}`;
  }

  function sections(change: Sections[string] = {}, url = place()): Sections {
    return {
      DEFAULT: {rpc_transport: 'oslo', transport_url: `rabbit://${url}`},
      oslo_messaging_rabbit: {...tls, ...change},
    };
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
});
