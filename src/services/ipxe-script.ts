import {BootConfigError} from '../boot-config-error';

const MAGICS = ['#!ipxe', '#!gpxe'].map(magic => Buffer.from(magic, 'latin1'));
const MAGIC_LENGTH = 6;

// The bytes that iPXE's isspace() takes, one of which has to follow the magic.
const WHITE_SPACE = new Set([0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]);

/**
 * Lets only bytes pass that iPXE recognises as a script.
 *
 * A BIOS machine jumps into any other non-empty image that it is given with a
 * 200 and hangs, so whatever else a conductor returned may not be sent.
 *
 * @param maxSize - in bytes, `[boot_config] max_script_size`
 * @throws BootConfigError `script_unsound`
 */
export function checkScript(script: Buffer, maxSize: number): Buffer {
  const fault = faultOf(script, maxSize);
  if (fault) {
    throw new BootConfigError('script_unsound', `the script ${fault}`);
  }
  return script;
}

function faultOf(script: Buffer, maxSize: number): string | undefined {
  if (script.length === 0) return 'is empty';
  if (script.length > maxSize) {
    return `has ${script.length} bytes, [boot_config] max_script_size allows ${maxSize}`;
  }
  const magic = script.subarray(0, MAGIC_LENGTH);
  if (!MAGICS.some(m => m.equals(magic))) return 'does not begin with #!ipxe';
  if (!WHITE_SPACE.has(script[MAGIC_LENGTH])) {
    return 'has no white space behind #!ipxe';
  }
  const nul = script.indexOf(0);
  return nul < 0 ? undefined : `has a NUL byte at offset ${nul}`;
}
