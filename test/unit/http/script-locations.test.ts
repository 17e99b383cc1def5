import {expect} from '@loopback/testlab';
import {resolveOptions} from '../../../src';
import {ScriptLocations} from '../../../src/http/script-locations';
import {Node} from '../../../src/models';

const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c101';

/** Where the script of the node is, by the URL's part before the UUID. */
function rootOf(redirectUrl: string, conductor: string): string | undefined {
  const {boot_config: own} = resolveOptions({
    boot_config: {redirect_url: redirectUrl},
  });
  const location = new ScriptLocations(own.redirect_url).of(
    {conductor, node: {uuid: UUID} as Node},
    'boot.ipxe',
  );
  return location?.replace(`${UUID}/config`, '');
}

describe('ScriptLocations', () => {
  const ALL = 'http://%(conductor)s:8080';

  for (const [conductor, root] of Object.entries({
    'conductor-1': 'http://conductor-1:8080/',
    'conductor-1.example.org': 'http://conductor-1.example.org:8080/',
    '192.0.2.11': 'http://192.0.2.11:8080/',
    '192.0.2.11:8089': 'http://192.0.2.11:8080/',
    'conductor-1:8089': 'http://conductor-1:8080/',
    '[2001:db8::1]:8089': 'http://[2001:db8::1]:8080/',
    '2001:db8::1': 'http://[2001:db8::1]:8080/',
  })) {
    it(`are at the host in the conductor's name, ${conductor}`, () => {
      expect(rootOf(ALL, conductor)).to.equal(root);
    });
  }

  for (const conductor of [
    'a conductor',
    'a/b?c',
    'user@host',
    "'quoted'",
    'a\r\nSet-Cookie: b',
    '[2001:db8::1',
    '%(conductor)s',
    '%2f',
    '',
  ]) {
    it(`are not known for ${JSON.stringify(conductor)}, which makes no URL`, () => {
      expect(rootOf(ALL, conductor)).to.be.undefined();
    });
  }

  it('are where the conductor is said to be, and else where all are', () => {
    const urls = `${ALL}, [::1]:8089=http://192.0.2.11/a/, c2=https://192.0.2.12`;
    expect(rootOf(urls, '[::1]:8089')).to.equal('http://192.0.2.11/a/');
    expect(rootOf(urls, 'c2')).to.equal('https://192.0.2.12/');
    expect(rootOf(urls, 'c3')).to.equal('http://c3:8080/');
    expect(rootOf('c2=http://192.0.2.12', 'c3')).to.be.undefined();
  });

  it('may be the same for all', () => {
    expect(rootOf('http://192.0.2.10:8080/', 'c1')).to.equal(
      'http://192.0.2.10:8080/',
    );
  });

  it('are those of boot.ipxe alone', () => {
    const locations = new ScriptLocations(['http://192.0.2.10/']);
    const answer = {conductor: 'c1', node: {uuid: UUID} as Node};
    expect(locations.of(answer, 'boot.ipxe')).to.match(/\/config$/);
    for (const name of ['config', 'BOOT.IPXE', 'grub.cfg', 'constructor']) {
      expect(locations.of(answer, name)).to.be.undefined();
    }
  });
});

describe('[boot_config] redirect_url', () => {
  for (const value of [
    'http://192.0.2.11:8080',
    'HTTP://%(conductor)s/httpboot/',
    'https://[2001:db8::1]:8080/',
    'c1=http://192.0.2.11/, c2=http://192.0.2.12/',
    '192.0.2.11:8089=http://192.0.2.11/a=b/',
  ]) {
    it(`may be ${value}`, () => {
      resolveOptions({boot_config: {redirect_url: value}});
    });
  }

  for (const value of [
    'conductor-1',
    'ftp://192.0.2.11/',
    'c1=',
    '=http://192.0.2.11/',
    'c1:http://192.0.2.11/',
    'http://192.0.2.11/?x',
    'http://192.0.2.11/#x',
    'http://user:password@192.0.2.11/',
    'http://%(host)s/',
    'http://$conductor/ x',
    'http://192.0.2.11:99999/',
    'c1=http://192.0.2.11/, c2',
  ]) {
    it(`may not be ${value}`, () => {
      expect(() =>
        resolveOptions({boot_config: {redirect_url: value}}),
      ).to.throw(/\[boot_config\] redirect_url = .*expected .*CONDUCTOR=URL/);
    });
  }

  it('has to be set with serve_mode = redirect', () => {
    for (const redirect_url of [undefined, '', ' , ']) {
      expect(() =>
        resolveOptions({boot_config: {serve_mode: 'redirect', redirect_url}}),
      ).to.throw(
        /\[boot_config\] redirect_url \(not set\): expected for serve/,
      );
    }
  });
});
