import {expect} from '@loopback/testlab';
import {BootConfigError} from '../../../src';
import {checkConfigName} from '../../../src/services/config-name';

describe('checkConfigName', () => {
  for (const name of [
    'boot.ipxe',
    'BOOT.IPXE',
    'grub.cfg-01-52-54-00-ab-cd-ef',
    '.hidden',
    '...',
    '..boot',
    'a~b!c$d[e]',
    'x'.repeat(255),
  ]) {
    it(`lets ${JSON.stringify(name.slice(0, 40))} pass unchanged`, () => {
      expect(checkConfigName(name)).to.equal(name);
    });
  }

  for (const [what, name] of Object.entries({
    'an empty name': '',
    'the directory itself': '.',
    'the parent directory': '..',
    'a path': 'a/b',
    'a path to the parent': '../boot.ipxe',
    'an absolute path': '/etc/passwd',
    'a backslash': 'a\\b',
    'a NUL': 'boot.ipxe\0',
    'a blank': 'boot ipxe',
    'a tab': 'boot\tipxe',
    'a line feed behind it': 'boot.ipxe\n',
    'a line feed behind dots': '..\n',
    'an escape of a terminal': '\x1b[2J',
    'a DEL': 'boot\x7f',
    'a name beyond ASCII': 'bööt.ipxe',
    'a lone surrogate': 'boot\ud800',
    'more than 255 bytes': 'x'.repeat(256),
  })) {
    it(`refuses ${what}`, () => {
      expect(() => checkConfigName(name)).to.throw(BootConfigError, {
        reason: 'name_malformed',
      });
    });
  }

  it('tells no more than a line of what it was given', () => {
    expect(() => checkConfigName('\n'.repeat(100000))).to.throw(
      /^"(\\n){64}" can't be the name of a boot configuration$/,
    );
  });
});
