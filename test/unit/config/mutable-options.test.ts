import {expect} from '@loopback/testlab';
import {BootConfigConfig, MutableOptions, resolveOptions} from '../../../src';

describe('MutableOptions', () => {
  function given(config: BootConfigConfig) {
    return new MutableOptions(resolveOptions(config));
  }

  it('has the options that it was made with', () => {
    const config = {api: {port: 1}, boot_config: {fallback: 'any'}};
    const {options} = given(config);
    expect({...options}).to.eql(resolveOptions(config));
    expect(Object.isFrozen(options)).to.be.true();
  });

  it('tells what has changed, and what can not change', () => {
    const mutable = given({
      api: {port: 1},
      json_rpc: {password: 'a'},
      pxe: {ipxe_config_api_root_url: 'http://u:s3cret@h'},
    });
    const {changed, needRestart} = mutable.compare(
      resolveOptions({
        api: {port: 2, restrict_boot_config: false},
        json_rpc: {password: 'b'},
        boot_config: {allowed_networks: '::1, ::2'},
      }),
    );
    expect(changed).to.eql([
      {
        section: 'api',
        option: 'restrict_boot_config',
        from: 'True',
        to: 'False',
      },
      {
        section: 'pxe',
        option: 'ipxe_config_api_root_url',
        from: 'http://u:***@h',
        to: '<None>',
      },
      {
        section: 'boot_config',
        option: 'allowed_networks',
        from: '<None>',
        to: '::1,::2',
      },
    ]);
    expect(needRestart).to.eql(['[api] port', '[json_rpc] password']);
  });

  it('changes nothing by comparing', () => {
    const mutable = given({});
    mutable.compare(resolveOptions({api: {restrict_boot_config: false}}));
    expect(mutable.options.api.restrict_boot_config).to.be.true();
  });

  it('shows new values to who holds the options, and not to who holds a section', () => {
    const mutable = given({api: {port: 1}});
    const {options} = mutable;
    const {api} = options;
    mutable.replace(
      mutable.compare(
        resolveOptions({api: {port: 2, restrict_boot_config: 'no'}}),
      ).options,
    );
    expect(options.api).to.have.properties({
      port: 1,
      restrict_boot_config: false,
    });
    expect(api.restrict_boot_config).to.be.true();
    expect(() => Object.assign(options.api, {port: 3})).to.throw(TypeError);
  });

  it('keeps what is the same the same object', () => {
    const networks = {boot_config: {allowed_networks: '::1'}};
    const mutable = given(networks);
    const {allowed_networks: before} = mutable.options.boot_config;
    const next = mutable.compare(resolveOptions(networks));
    expect(next).to.containEql({changed: [], needRestart: []});
    expect(next.options.boot_config.allowed_networks).to.be.exactly(before);
  });
});
