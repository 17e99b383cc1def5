import {config, inject} from '@loopback/core';
import {expect} from '@loopback/testlab';
import {
  BootConfigBindings,
  BootConfigComponent,
  BootConfigConfig,
  ConfigurationError,
} from '../../../src';
import {
  askFor,
  expectNotFound,
  expectServed,
  givenApplication,
  itKeepsTheContract,
  MAC,
  sampleConfig,
  TestApplication,
  useHost,
} from '../support';

for (const when of ['before', 'after'] as const) {
  describe(`A host that configures ${when} it mounts the component`, () => {
    let host: TestApplication;

    before(async () => {
      const configured = await sampleConfig();
      host = new TestApplication();
      const configure = () =>
        host.configure(BootConfigBindings.COMPONENT).to(configured);
      if (when === 'before') configure();
      host.component(BootConfigComponent);
      if (when === 'after') configure();
      await host.start();
    });
    after(async () => host?.stop());

    itKeepsTheContract(() => host);
  });
}

describe('A host whose configuration comes late', () => {
  let host: TestApplication;

  before(async () => {
    host = new TestApplication();
    host.component(BootConfigComponent);
    host
      .configure(BootConfigBindings.COMPONENT)
      .toDynamicValue(async () => sampleConfig());
    await host.start();
  });
  after(async () => host?.stop());

  it('is served from it', async () => {
    expectServed(await askFor(host));
    expectNotFound(await askFor(host, {mac: MAC.active}));
  });
});

describe('A host that mounts the component twice', () => {
  itKeepsTheContract(
    useHost({after: app => app.component(BootConfigComponent)}),
  );
});

describe('A host that writes all values as text', () => {
  const host = useHost({
    config: {
      api: {restrict_boot_config: 'False'},
      boot_config: {max_script_size: '64', enabled: 'yes'},
    },
  });

  it('has them understood', async () => {
    const answer = await askFor(host(), {mac: MAC.active});
    expect(answer.status).to.equal(200);
    host().conductor.returns(`#!ipxe\n${'#'.repeat(64)}`);
    expectNotFound(await askFor(host()));
  });
});

describe('A host that switches the branch off', () => {
  const host = useHost({config: {boot_config: {enabled: false}}});

  it('gives the constant 404 to all of it, and asks nobody', async () => {
    expectNotFound(await askFor(host()));
    expectNotFound(await askFor(host(), {method: 'OPTIONS'}));
    expectNotFound(await askFor(host(), {target: '/v1/boot/%zz'}));
    expect(host().conductor.calls).to.be.empty();
    expect(host().logger.requests.map(r => r.details.reason)).to.eql(
      Array(3).fill('disabled'),
    );
  });
});

describe('The options of the component', () => {
  class Reader {
    constructor(
      @inject('bootConfig.options#pxe.ipxe_config_api_root_url')
      readonly rootUrls: string[],
      @inject(BootConfigBindings.option('boot_config.request_timeout'))
      readonly timeout: number,
      @inject(BootConfigBindings.option('deploy.http_root'))
      readonly httpRoot: string,
      @inject('bootConfig.options#DEFAULT.rpc_transport')
      readonly transport: string,
      @config({
        fromBinding: BootConfigBindings.COMPONENT,
        propertyPath: 'api.restrict_boot_config',
      })
      readonly restrict: unknown,
      @config({
        fromBinding: BootConfigBindings.COMPONENT,
        propertyPath: 'api.public_endpoint',
      })
      readonly endpoint: unknown,
    ) {}
  }

  let app: TestApplication;

  before(async () => {
    app = await givenApplication({
      config: {
        api: {restrict_boot_config: 'False'},
        pxe: {
          ipxe_config_api_root_url:
            'http://192.0.2.1:6385, http://192.0.2.2:6385/',
        },
        boot_config: {request_timeout: '2.5'},
      },
    });
  });

  it('can be injected by their paths', async () => {
    app.bind('reader').toClass(Reader);
    const reader = await app.get<Reader>('reader');
    expect(reader).to.containEql({
      rootUrls: ['http://192.0.2.1:6385', 'http://192.0.2.2:6385/'],
      timeout: 2.5,
      httpRoot: '/httpboot',
      transport: 'none',
    });
  });

  it('can be injected as they were configured', async () => {
    app.bind('reader').toClass(Reader);
    const reader = await app.get<Reader>('reader');
    expect(reader.restrict).to.equal('False');
    expect(reader.endpoint).to.be.undefined();
  });

  it('can be had by a key', async () => {
    expect(
      await app.get(BootConfigBindings.option('api.restrict_boot_config')),
    ).to.be.false();
    expect(await app.getConfig(BootConfigBindings.COMPONENT, 'api')).to.eql({
      restrict_boot_config: 'False',
    });
  });

  it('can be configured one by one', async () => {
    const other = await givenApplication();
    other.configure('components.BootConfigComponent').to({api: {port: '7000'}});
    expect(await other.get(BootConfigBindings.option('api.port'))).to.equal(
      7000,
    );
  });
});

describe('A host with a bad configuration', () => {
  const BAD: Record<string, [BootConfigConfig, RegExp]> = {
    'an unknown transport': [
      {DEFAULT: {rpc_transport: 'pigeon'}},
      /\[DEFAULT\] rpc_transport = pigeon: expected one of .*json-rpc.*none/,
    ],
    'a port out of range': [
      {api: {port: 65536}},
      /\[api\] port = 65536: expected an integer from 0 to 65535/,
    ],
    'a port that is no number': [
      {json_rpc: {port: 'eighty'}},
      /\[json_rpc\] port = eighty/,
    ],
    'a boolean that is none': [
      {api: {restrict_boot_config: 'maybe'}},
      /\[api\] restrict_boot_config = maybe: expected a boolean/,
    ],
    'no database': [
      {database: {connection: ''}},
      /\[database\] connection \(not set\): expected .*mysql\+pymysql/,
    ],
    'a database of another kind': [
      {database: {connection: 'postgresql://ironic:secret@127.0.0.1/ironic'}},
      /\[database\] connection = \*\*\*: expected/,
    ],
    'a store that is not there': [
      {database: {connection: 'memory:/nowhere/store.json'}},
      /\[database\] connection = memory:\/nowhere\/store\.json/,
    ],
    'an unknown option of the component': [
      {boot_config: {time_out: 5}} as BootConfigConfig,
      /\[boot_config\] time_out = 5: expected no such option/,
    ],
    'no time for a request': [
      {boot_config: {request_timeout: 0}},
      /\[boot_config\] request_timeout = 0: expected a number of seconds/,
    ],
  };

  for (const [what, [bad, message]] of Object.entries(BAD)) {
    it(`does not start with ${what}, and says so`, async () => {
      const app = await givenApplication({config: bad});
      const error = await app.start().then(
        () => app.stop(),
        (e: Error) => e,
      );
      expect(error).to.be.instanceOf(ConfigurationError);
      expect((error as Error).message).to.match(message);
      expect((error as Error).message).not.to.match(/secret/);
      expect(app.restServer.listening).to.be.false();
    });
  }

  it('names every bad option at once', async () => {
    const app = await givenApplication({
      config: {api: {port: 'x'}, boot_config: {fallback: 'never'}},
    });
    const error: unknown = await app.start().catch((e: unknown) => e);
    expect(error).to.be.instanceOf(ConfigurationError);
    const {problems} = error as ConfigurationError;
    expect(problems.map(p => p.option)).to.eql(['port', 'fallback']);
  });
});
