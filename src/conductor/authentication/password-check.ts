import {createHmac, randomBytes, timingSafeEqual} from 'node:crypto';
import {Credential} from './authorization-header';
import {BcryptThread} from './bcrypt-thread';
import {decoyOf, Htpasswd} from './htpasswd';

// At 100 ms each, the last one waits for as long as a call may take.
const MAX_WAITING = 32;

/**
 * Checks user names and passwords against bcrypt hashes.
 *
 * What was right once is remembered for each user, as a hash under a key that
 * this process alone has, and is right without bcrypt until the user's hash
 * changes. A user that is unknown takes as long as one that is known.
 */
export class PasswordCheck {
  private readonly key = randomBytes(32);
  private readonly verified = new Map<string, Buffer>();
  private readonly underWay = new Map<string, Promise<boolean>>();
  private readonly thread: BcryptThread;

  constructor(limit = MAX_WAITING) {
    this.thread = new BcryptThread(limit);
  }

  /** @throws TooManyComparisons */
  async isRight(credential: Credential, users: Htpasswd): Promise<boolean> {
    const {username} = credential;
    const hash = users.get(username);
    const mark = this.markOf(credential, hash);
    const known = this.verified.get(username);
    if (known && timingSafeEqual(known, mark)) return true;
    const equal = await this.compareOnce(
      mark.toString('base64'),
      credential.password,
      hash ?? decoyOf(users),
    );
    if (!equal || hash === undefined) return false;
    this.remember(username, mark, users);
    return true;
  }

  async stop(): Promise<void> {
    this.verified.clear();
    await this.thread.stop();
  }

  /** The calls of a client that has just started ask for one comparison. */
  private async compareOnce(
    mark: string,
    password: string,
    hash: string,
  ): Promise<boolean> {
    let comparison = this.underWay.get(mark);
    if (!comparison) {
      comparison = this.thread.compare(password, hash);
      this.underWay.set(mark, comparison);
    }
    try {
      return await comparison;
    } finally {
      this.underWay.delete(mark);
    }
  }

  private remember(username: string, mark: Buffer, users: Htpasswd): void {
    this.verified.set(username, mark);
    for (const name of this.verified.keys()) {
      if (!users.has(name)) this.verified.delete(name);
    }
  }

  private markOf({username, password}: Credential, hash = ''): Buffer {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([username, password, hash]))
      .digest();
  }
}
