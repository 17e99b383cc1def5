import {expect} from '@loopback/testlab';
import {apiRootUrls, BootConfigConfig, resolveOptions} from '../../../src';

function rootUrls(config: BootConfigConfig): string[] {
  return apiRootUrls(resolveOptions(config));
}

describe('apiRootUrls', () => {
  it('are the configured ones in their order', () => {
    expect(
      rootUrls({
        pxe: {ipxe_config_api_root_url: 'http://192.0.2.2,http://192.0.2.1'},
        api: {public_endpoint: 'https://ironic.example.org'},
        DEFAULT: {my_ip: '192.0.2.9'},
      }),
    ).to.eql(['http://192.0.2.2', 'http://192.0.2.1']);
  });

  it('are else the public endpoint', () => {
    expect(
      rootUrls({
        pxe: {ipxe_config_api_root_url: []},
        api: {public_endpoint: 'https://ironic.example.org/baremetal'},
        DEFAULT: {my_ip: '192.0.2.9'},
      }),
    ).to.eql(['https://ironic.example.org/baremetal']);
  });

  it('are else made of address and port', () => {
    expect(rootUrls({DEFAULT: {my_ip: '192.0.2.9'}, api: {port: 6380}})).to.eql(
      ['http://192.0.2.9:6380'],
    );
  });

  it('have brackets around an IPv6 address', () => {
    expect(rootUrls({DEFAULT: {my_ip: '2001:db8::9'}})).to.eql([
      'http://[2001:db8::9]:6385',
    ]);
    expect(rootUrls({DEFAULT: {my_ip: '[2001:db8::9]'}})).to.eql([
      'http://[2001:db8::9]:6385',
    ]);
  });

  it('have no slash at the end', () => {
    expect(
      rootUrls({
        pxe: {ipxe_config_api_root_url: 'http://192.0.2.2/, http://a/b//'},
      }),
    ).to.eql(['http://192.0.2.2', 'http://a/b']);
    expect(rootUrls({api: {public_endpoint: 'http://192.0.2.2/'}})).to.eql([
      'http://192.0.2.2',
    ]);
  });

  it('are none when nothing is known', () => {
    expect(rootUrls({})).to.be.empty();
    expect(
      rootUrls({DEFAULT: {my_ip: '192.0.2.9'}, api: {port: 0}}),
    ).to.be.empty();
  });
});
