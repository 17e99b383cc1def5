/** A microversion of the API. */
export interface Version {
  major: number;
  minor: number;
}

export const MIN_VERSION: Version = {major: 1, minor: 1};
export const MAX_VERSION: Version = {major: 1, minor: 87};

export function formatVersion({major, minor}: Version): string {
  return `${major}.${minor}`;
}

/**
 * The version that a request is answered in.
 *
 * @param requested - value of `X-OpenStack-Ironic-API-Version`; `undefined`:
 *   the header is not there
 * @returns `undefined` when there is no such version, or it is none at all
 */
export function negotiate(requested: string | undefined): Version | undefined {
  if (requested === undefined) return MIN_VERSION;
  if (requested.toLowerCase() === 'latest') return MAX_VERSION;
  const match = /^(\d+)\.(\d+)$/.exec(requested);
  if (!match) return undefined;
  const version = {major: Number(match[1]), minor: Number(match[2])};
  return compare(version, MIN_VERSION) < 0 || compare(version, MAX_VERSION) > 0
    ? undefined
    : version;
}

function compare(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor;
}
