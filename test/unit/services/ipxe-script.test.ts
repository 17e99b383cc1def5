import {expect} from '@loopback/testlab';
import {BootConfigError} from '../../../src';
import {checkScript} from '../../../src/services/ipxe-script';

const MAX_SIZE = 64;

/** A script of `size` bytes. */
function scriptOf(size: number): Buffer {
  return Buffer.from('#!ipxe\n'.padEnd(size, '#'));
}

describe('checkScript', () => {
  for (const [what, script] of Object.entries({
    'a script': '#!ipxe\nboot\n',
    'a script of gPXE': '#!gpxe\nboot\n',
    'the magic and nothing else': '#!ipxe\n',
    'lines that end in CR LF': '#!ipxe\r\nboot\r\n',
    'a blank behind the magic': '#!ipxe --verbose\n',
    'a tab behind the magic': '#!ipxe\t\n',
    'a vertical tab behind the magic': '#!ipxe\v\n',
    'a form feed behind the magic': '#!ipxe\f\n',
    'a last line without line feed': '#!ipxe\nboot',
    'UTF-8': '#!ipxe\necho Grüße 🥾\n',
  })) {
    it(`lets ${what} pass, byte for byte`, () => {
      const bytes = Buffer.from(script);
      expect(checkScript(bytes, MAX_SIZE)).to.equal(bytes);
      expect(bytes.toString()).to.equal(script);
    });
  }

  it('lets bytes pass that are no UTF-8', () => {
    const bytes = Buffer.from('#!ipxe\necho \xff\xfe\n', 'latin1');
    expect(checkScript(bytes, MAX_SIZE)).to.equal(bytes);
  });

  it('lets a script of exactly the largest size pass', () => {
    expect(checkScript(scriptOf(MAX_SIZE), MAX_SIZE)).to.have.length(MAX_SIZE);
  });

  for (const [what, script] of Object.entries({
    'an empty one': '',
    'a byte order mark before the magic': '\ufeff#!ipxe\nboot\n',
    'a blank line before the magic': '\n#!ipxe\nboot\n',
    'a blank before the magic': ' #!ipxe\nboot\n',
    'the magic in upper case': '#!IPXE\nboot\n',
    'half a magic': '#!ipx',
    'the magic alone': '#!ipxe',
    'a longer word than the magic': '#!ipxe2\nboot\n',
    'a no-break space behind the magic': '#!ipxe\u00a0\nboot\n',
    'a NUL behind the magic': '#!ipxe\0\nboot\n',
    'a NUL further on': '#!ipxe\nboot\n\0',
    'the configuration of another loader': 'default deploy\n',
    'an answer in JSON': '{"error": "not found"}',
    'a page of HTML': '<!DOCTYPE html>',
    'an executable': '\x7fELF\x02\x01\x01',
  })) {
    it(`refuses ${what}`, () => {
      expect(() => checkScript(Buffer.from(script), MAX_SIZE)).to.throw(
        BootConfigError,
        {reason: 'script_unsound'},
      );
    });
  }

  it('refuses one byte more than the largest size, and names both', () => {
    expect(() => checkScript(scriptOf(MAX_SIZE + 1), MAX_SIZE)).to.throw(
      /has 65 bytes, \[boot_config\] max_script_size allows 64$/,
    );
  });

  it('shows nothing of the script, which may hold secrets', () => {
    const script = Buffer.from('#!ipxe\nkernel agent_token=abc\0');
    expect(() => checkScript(script, MAX_SIZE)).to.throw(
      'the script has a NUL byte at offset 29',
    );
  });
});
