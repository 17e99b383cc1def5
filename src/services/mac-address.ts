import {BootConfigError} from '../boot-config-error';

const SPELLINGS = [
  // 52:54:00:ab:cd:ef and 52-54-00-ab-cd-ef, one separator throughout
  /^[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}$/i,
  // 5254.00ab.cdef, as Cisco writes it
  /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}$/i,
  // 525400abcdef
  /^[0-9a-f]{12}$/i,
];

/**
 * A MAC address in the spelling of Ironic's `ports.address`: lower case, with
 * colons.
 *
 * @param mac - with colons, hyphens or dots, or bare; any case; percent-decoded
 * @throws BootConfigError `mac_malformed`
 */
export function normalizeMac(mac: string): string {
  if (!SPELLINGS.some(spelling => spelling.test(mac))) {
    throw new BootConfigError(
      'mac_malformed',
      `${JSON.stringify(mac.slice(0, 64))} is not a MAC address`,
    );
  }
  const digits = mac.replace(/[:.-]/g, '').toLowerCase();
  return digits.match(/../g)!.join(':');
}
