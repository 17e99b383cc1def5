import {gzipSync} from 'node:zlib';
import {expect} from '@loopback/testlab';
import {askFor, dateless, expectNotFound, served, useHost} from '../support';

const MAX_SIZE = 1024;

function scriptOfSize(size: number): string {
  return '#!ipxe\n'.padEnd(size, '#');
}

const SOUND: Record<string, string> = {
  'a script': '#!ipxe\nboot\n',
  'the magic alone, with a new line': '#!ipxe\n',
  'the magic with an option': '#!ipxe --keep\nboot\n',
  'the magic with a carriage return': '#!ipxe\r\nboot\r\n',
  'the magic with a tab': '#!ipxe\tx\nboot\n',
  "gPXE's magic": '#!gpxe\nboot\n',
  'a script of the largest size': scriptOfSize(MAX_SIZE),
  'a script of many alphabets': '#!ipxe\necho Ελληνικά, 日本語\n',
};

const UNSOUND: Record<string, unknown> = {
  nothing: '',
  'white space': ' \n',
  'the magic without an end': '#!ipxe',
  'more than the magic': '#!ipxeset x y\n',
  'the magic in upper case': '#!IPXE\nboot\n',
  'an empty line before the magic': '\n#!ipxe\nboot\n',
  'a BOM before the magic': '\ufeff#!ipxe\nboot\n',
  'the magic and no-break space': '#!ipxe\u00a0\nboot\n',
  'the magic and a NUL byte': '#!ipxe\0\nboot\n',
  'a NUL byte in the middle': '#!ipxe\necho \0\nboot\n',
  'a NUL byte at the end': '#!ipxe\nboot\n\0',
  'a script that is too large by a byte': scriptOfSize(MAX_SIZE + 1),
  'a script whose bytes, not characters, are too many':
    '#!ipxe\n' + 'é'.repeat(MAX_SIZE / 2),
  'a gzip file': gzipSync('#!ipxe\nboot\n').toString('latin1'),
  'a shell script': '#!/bin/sh\nreboot\n',
  HTML: '<!DOCTYPE html><title>502</title>',
  JSON: '{"error_message": "no"}',
  'an ELF file': '\x7fELF\x02\x01\x01',
  null: null,
  undefined: undefined,
  'a number': 42,
  'a boolean': true,
  'a list': ['#!ipxe\n'],
  'an object': {script: '#!ipxe\n'},
  'a buffer': Buffer.from('#!ipxe\n'),
};

describe('What a conductor returns', () => {
  const host = useHost({config: {boot_config: {max_script_size: MAX_SIZE}}});
  beforeEach(() => {
    host().conductor.reset();
    host().logger.clear();
  });

  for (const [what, script] of Object.entries(SOUND)) {
    it(`is sent as it is: ${what}`, async () => {
      host().conductor.returns(script);
      expect(dateless(await askFor(host()))).to.eql(served(script));
      expect(host().logger.only.details.size).to.equal(
        Buffer.byteLength(script),
      );
    });
  }

  for (const [what, result] of Object.entries(UNSOUND)) {
    it(`never reaches a machine: ${what}`, async () => {
      host().conductor.returns(result);
      expectNotFound(await askFor(host()));
      expect(host().logger.only.level).to.match(/^(error|warn)$/);
      expect(host().logger.only.details.reason).to.equal(
        typeof result === 'string' ? 'script_unsound' : 'conductor_error',
      );
    });

    it(`never reaches a machine by HEAD either: ${what}`, async () => {
      host().conductor.returns(result);
      const answer = await askFor(host(), {method: 'HEAD'});
      expect(answer.status).to.equal(404);
    });
  }
});
