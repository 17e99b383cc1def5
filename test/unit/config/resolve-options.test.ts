import {expect} from '@loopback/testlab';
import {
  BootConfigConfig,
  BootConfigOptions,
  ConfigurationError,
  Option,
  OPTIONS,
  resolveOptions,
} from '../../../src';

function problemsOf(config: BootConfigConfig): ConfigurationError {
  try {
    resolveOptions(config);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('resolveOptions', () => {
  it("has Ironic's defaults, and our own, for what is not set", () => {
    const options = resolveOptions();
    expect(options.DEFAULT).to.have.properties({
      rpc_transport: 'oslo',
      hash_partition_exponent: 5,
      hash_ring_reset_interval: 15,
      hash_ring_algorithm: 'md5',
      debug: false,
    });
    expect(options.api).to.have.properties({
      port: 6385,
      restrict_boot_config: true,
    });
    expect(options.conductor.heartbeat_timeout).to.equal(60);
    expect(options.deploy.http_root).to.equal('/httpboot');
    expect(options.json_rpc.port).to.equal(8089);
    expect(options.pxe).to.have.properties({
      file_permission: 0o644,
      ipxe_use_boot_config_api: false,
      pxe_config_subdir: 'pxelinux.cfg',
    });
    expect(options.boot_config).to.have.properties({
      enabled: true,
      fallback: 'affinity',
      request_timeout: 5,
      rpc_version: '1.63',
    });
    expect(options.database.connection).to.be.undefined();
  });

  it('has every option of the table, and nothing else', () => {
    const options = resolveOptions();
    const pathsIn = (sections: object) =>
      Object.entries(sections).flatMap(([section, table]) =>
        Object.keys(table as object).map(name => `${section}.${name}`),
      );
    expect(pathsIn(options)).to.eql(pathsIn(OPTIONS));
  });

  it('reads text as ironic.conf has it', () => {
    const options = resolveOptions({
      DEFAULT: {rpc_transport: 'json-rpc', hash_partition_exponent: '8'},
      api: {restrict_boot_config: 'no', port: '6380'},
      boot_config: {request_timeout: '2.5'},
      pxe: {
        ipxe_config_api_root_url: 'http://192.0.2.1:6385, http://192.0.2.2',
        file_permission: '0o600',
      },
    });
    expect(options.DEFAULT).to.have.properties({
      rpc_transport: 'json-rpc',
      hash_partition_exponent: 8,
    });
    expect(options.api).to.have.properties({
      restrict_boot_config: false,
      port: 6380,
    });
    expect(options.boot_config.request_timeout).to.equal(2.5);
    expect(options.pxe).to.have.properties({
      ipxe_config_api_root_url: ['http://192.0.2.1:6385', 'http://192.0.2.2'],
      file_permission: 0o600,
    });
  });

  it('takes values that are typed already', () => {
    const options = resolveOptions({
      api: {restrict_boot_config: false, port: 0},
      pxe: {ipxe_config_api_root_url: ['http://192.0.2.1:6385']},
    });
    expect(options.api).to.have.properties({
      restrict_boot_config: false,
      port: 0,
    });
    expect(options.pxe.ipxe_config_api_root_url).to.eql([
      'http://192.0.2.1:6385',
    ]);
  });

  for (const unset of [undefined, null, '', '  ', '<None>', ' <None> ']) {
    it(`takes ${JSON.stringify(unset)} for not set`, () => {
      const options = resolveOptions({
        api: {public_endpoint: unset, port: unset},
      } as BootConfigConfig);
      expect(options.api.public_endpoint).to.be.undefined();
      expect(options.api.port).to.equal(6385);
    });
  }

  it("ignores what Ironic has and this package doesn't use", () => {
    const options = resolveOptions({
      DEFAULT: {enabled_hardware_types: 'redfish,ipmi'},
      neutron: {url: 'http://192.0.2.1:9696'},
    } as BootConfigConfig);
    expect(options).to.not.have.property('neutron');
    expect(options.DEFAULT).to.not.have.property('enabled_hardware_types');
  });

  it('refuses an unknown option of its own section', () => {
    const {problems} = problemsOf({
      boot_config: {request_time_out: 5},
    } as BootConfigConfig);
    expect(problems).to.have.length(1);
    expect(problems[0]).to.have.properties({
      section: 'boot_config',
      option: 'request_time_out',
      value: 5,
    });
    expect(problems[0].expected).to.match(
      /^no such option; known are .*\brequest_timeout\b/,
    );
  });

  it('refuses an option of its own section with the name of a method', () => {
    const {problems} = problemsOf({
      boot_config: {toString: 'x'},
    } as unknown as BootConfigConfig);
    expect(problems[0]).to.have.property('option', 'toString');
  });

  it('names section, option, value and what was expected', () => {
    const error = problemsOf({
      api: {port: 'http'},
      boot_config: {request_timeout: '0'},
      pxe: {ipxe_config_api_root_url: ['ftp://192.0.2.1']},
    });
    expect(error.message.split('\n')).to.eql([
      'The configuration is not usable:',
      '  [api] port = http: expected an integer from 0 to 65535',
      '  [pxe] ipxe_config_api_root_url = ["ftp://192.0.2.1"]: expected a comma separated list, each an http:// or https:// URL without query or fragment',
      '  [boot_config] request_timeout = 0: expected a number of seconds above 0 and at most 60',
    ]);
  });

  for (const [section, table] of Object.entries(OPTIONS)) {
    const options = table as Record<string, Option<unknown>>;
    for (const [name, {type}] of Object.entries(options)) {
      it(`refuses an object for [${section}] ${name}`, () => {
        const {problems} = problemsOf({[section]: {[name]: {}}});
        expect(problems).to.have.length(1);
        expect(problems[0]).to.have.properties({
          section,
          option: name,
          expected: type.expected,
        });
      });
    }
  }

  it('does not show a secret', () => {
    const connection = 'postgresql://ironic:s3cret@127.0.0.1/ironic';
    const error = problemsOf({database: {connection}});
    expect(error.message).to.match(
      /^ {2}\[database\] connection = \*\*\*: expected an SQLAlchemy URL/m,
    );
    expect(JSON.stringify(error)).to.not.containEql('s3cret');
  });

  describe('for authentication over JSON-RPC', () => {
    for (const section of ['json_rpc', 'DEFAULT']) {
      for (const strategy of ['noauth', 'http_basic', 'keystone']) {
        it(`takes ${strategy} in [${section}]`, () => {
          resolveOptions(jsonRpcWith({[section]: {auth_strategy: strategy}}));
        });
      }
    }

    it('does not show the password', () => {
      const error = problemsOf({
        json_rpc: {password: {s3cret: 1} as unknown as string},
      });
      expect(error.message).to.match(/\[json_rpc\] password = \*\*\*/);
    });

    function jsonRpcWith(config: BootConfigConfig): BootConfigConfig {
      return {
        ...config,
        DEFAULT: {rpc_transport: 'json-rpc', ...config.DEFAULT},
      };
    }
  });

  describe('for links to the API in the root script', () => {
    const pxe = {ipxe_use_boot_config_api: true};

    it('needs a root URL', () => {
      const {message} = problemsOf({pxe});
      expect(message).to.match(
        /\[pxe\] ipxe_use_boot_config_api = True: expected .*ipxe_config_api_root_url.*public_endpoint.*my_ip/,
      );
    });

    const sufficient: BootConfigConfig[] = [
      {pxe: {ipxe_config_api_root_url: 'http://192.0.2.1'}},
      {api: {public_endpoint: 'http://192.0.2.1'}},
      {DEFAULT: {my_ip: '192.0.2.1'}},
    ];
    for (const config of sufficient) {
      it(`is content with ${JSON.stringify(config)}`, () => {
        resolveOptions({...config, pxe: {...pxe, ...config.pxe}});
      });
    }
  });

  it('gives a result that nobody can change', () => {
    const options = resolveOptions({
      pxe: {ipxe_config_api_root_url: ['http://192.0.2.1']},
    }) as {-readonly [S in keyof BootConfigOptions]: Record<string, unknown>};
    expect(() => (options.api = {})).to.throw(TypeError);
    expect(() => (options.api.port = 1)).to.throw(TypeError);
    expect(() =>
      (options.pxe.ipxe_config_api_root_url as string[]).push('x'),
    ).to.throw(TypeError);
  });

  it("leaves the application's own objects as they are", () => {
    const urls = ['http://192.0.2.1'];
    const pxe = {ipxe_config_api_root_url: urls};
    resolveOptions({pxe});
    expect(Object.isFrozen(pxe)).to.be.false();
    expect(Object.isFrozen(urls)).to.be.false();
  });
});
