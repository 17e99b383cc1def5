import {BootConfigError} from '../boot-config-error';

// A file name of at most 255 bytes (NAME_MAX), of printable ASCII without
// separators, that is no reference to a directory.
const NAME = /^(?!\.{1,2}$)[!-.0-[\]-~]{1,255}$/;

/**
 * Checks the name of a boot configuration, for instance `boot.ipxe`, before it
 * is sent to a conductor.
 *
 * @throws BootConfigError `name_malformed`
 */
export function checkConfigName(name: string): string {
  if (NAME.test(name)) return name;
  throw new BootConfigError(
    'name_malformed',
    `${JSON.stringify(name.slice(0, 64))} can't be the name of a boot configuration`,
  );
}
