import {expect} from '@loopback/testlab';
import {BootConfigConfig, resolveOptions} from '../../../src';
import {rpcListenAddress} from '../../../src/conductor/rpc-listen-address';

describe('rpcListenAddress', () => {
  for (const [host, expected] of [
    ['conductor-a', '::'],
    ['conductor-a.example.org', '::'],
    ['conductor-a:18089', '::'],
    ['127.0.0.11', '127.0.0.11'],
    ['127.0.0.11:18089', '127.0.0.11'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['[::1]:18089', '::1'],
  ]) {
    it(`listens on ${expected} as conductor ${host}`, () => {
      expect(addressOf({DEFAULT: {host}}).host).to.eql(expected);
    });
  }

  for (const host of ['conductor-a', '127.0.0.11', '[::1]:18089']) {
    it(`listens where it is told, as conductor ${host}`, () => {
      const json_rpc = {host_ip: '192.0.2.1'};
      expect(addressOf({DEFAULT: {host}, json_rpc}).host).to.eql('192.0.2.1');
    });
  }

  for (const [host, expected] of [
    ['conductor-a', 8088],
    ['127.0.0.11', 8088],
    ['::1', 8088],
    ['conductor-a:18089', 18089],
    ['127.0.0.11:18089', 18089],
    ['[::1]:18089', 18089],
  ] as const) {
    it(`listens on port ${expected} as conductor ${host}`, () => {
      const json_rpc = {port: 8088};
      expect(addressOf({DEFAULT: {host}, json_rpc}).port).to.eql(expected);
    });
  }

  it('listens where Ironic does when nothing is configured', () => {
    expect(addressOf({DEFAULT: {host: 'conductor-a'}})).to.eql({
      host: '::',
      port: 8089,
    });
  });

  it('listens on the port of agents instead', () => {
    expect(
      addressOf({
        DEFAULT: {host: '127.0.0.11:18089'},
        boot_config: {conductor_port: 8090},
      }),
    ).to.eql({host: '127.0.0.11', port: 8090});
  });
});

function addressOf(config: BootConfigConfig) {
  return rpcListenAddress(resolveOptions(config));
}
