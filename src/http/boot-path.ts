import {BootConfigError} from '../boot-config-error';

/** Path of the branch, below the host's base path. */
export const BOOT_BRANCH = '/v1/boot';

// Routers take several slashes for one, and some take no note of case.
const IN_BRANCH = /^\/+v1\/+boot(?:\/|$)/i;
const TARGET = /^\/v1\/boot\/([^/]+)\/([^/]+)$/;
const METHODS = new Set(['GET', 'HEAD']);

/**
 * Whether a request belongs to the branch, in whatever spelling: a host must
 * not get to answer it.
 *
 * @param path - as sent, without query
 */
export function isInBootBranch(path: string): boolean {
  if (!path.includes('%')) return IN_BRANCH.test(path);
  const [, version, branch] = path.split(/\/+/, 3);
  return IN_BRANCH.test(`/${decode(version)}/${decode(branch ?? '')}/`);
}

/**
 * The MAC address and the name in a request of the branch, percent-decoded and
 * otherwise as sent.
 *
 * @param path - as sent, without query
 * @throws BootConfigError `method_unknown`, `path_unknown`
 */
export function parseBootPath(
  method: string | undefined,
  path: string,
): {mac: string; name: string} {
  if (!METHODS.has(method ?? '')) {
    throw new BootConfigError('method_unknown', `method ${method}`);
  }
  const [, mac, name] = (TARGET.exec(path) ?? []).map(part => decode(part));
  if (!mac || !name) {
    throw new BootConfigError(
      'path_unknown',
      `path ${JSON.stringify(path.slice(0, 256))}`,
    );
  }
  return {mac, name};
}

/** The path of a request target: without query, and without scheme and host. */
export function pathOf(target: string): string {
  const end = target.search(/[?#]/);
  const path = end < 0 ? target : target.slice(0, end);
  return path.startsWith('/') ? path : path.replace(/^[a-z]+:\/\/[^/]*/i, '');
}

/** `undefined` for a bad escape. */
function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
