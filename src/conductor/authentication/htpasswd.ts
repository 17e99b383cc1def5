/** Users and their bcrypt hashes, as an Apache user file holds them. */
export type Htpasswd = ReadonlyMap<string, string>;

const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** A user file that can't be used. The message names the line, never a hash. */
export class HtpasswdError extends Error {}

/**
 * Reads an Apache user file: `user:hash` a line, empty lines and comments
 * skipped. Of two lines with the same user the first counts, as in Ironic.
 *
 * @throws HtpasswdError for a hash other than bcrypt, and without any user
 */
export function parseHtpasswd(text: string): Htpasswd {
  const users = new Map<string, string>();
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (!line || line.startsWith('#')) continue;
    const colon = line.indexOf(':');
    const hash = line.slice(colon + 1);
    if (colon < 1 || !BCRYPT.test(hash)) {
      throw new HtpasswdError(
        `line ${index + 1} is no user name with a bcrypt hash ($2y$, $2a$ or $2b$)`,
      );
    }
    const user = line.slice(0, colon);
    if (!users.has(user)) users.set(user, hash);
  }
  if (users.size === 0) throw new HtpasswdError('there is no user in it');
  return users;
}

/**
 * A hash that no password is known for and that takes as long to compare with
 * as the slowest of these.
 */
export function decoyOf(users: Htpasswd): string {
  const costs = [...users.values()].map(hash => hash.slice(4, 6)).sort();
  return `$2b$${costs[costs.length - 1]}$${'.'.repeat(53)}`;
}
