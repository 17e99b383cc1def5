import {createHash} from 'node:crypto';
import {ValidToken} from '../../keystone';
import {ExpiringCache} from './expiring-cache';

// Enough for the tokens of many APIs, each of which has one or two at a time.
const CACHE_SIZE = 1000;

// For so long a token that is not valid is not asked about again.
const INVALID_MS = 5000;

// With the connections to Keystone that there are, the last of them is still
// answered within the time that an API waits.
const MAX_WAITING = 64;

/** More validations are asked for than are allowed to wait. */
export class TooManyTokens extends Error {}

/** Asks Keystone; `undefined` for a token that is not valid. */
export type Validate = (token: string) => Promise<ValidToken | undefined>;

/**
 * Tells which tokens are valid, and remembers it by their hashes: of valid ones
 * for `[keystone_authtoken] token_cache_time` and never past their end, of
 * others for a moment, apart, so that no flood of them displaces what is valid.
 */
export class TokenCheck {
  private readonly valid = new ExpiringCache<ValidToken>(CACHE_SIZE);
  private readonly invalid = new ExpiringCache<true>(CACHE_SIZE);
  private readonly underWay = new Map<
    string,
    Promise<ValidToken | undefined>
  >();

  /** @param cacheTime - in milliseconds; not above 0: nothing is remembered */
  constructor(
    private readonly validate: Validate,
    private readonly cacheTime: number,
  ) {}

  /**
   * What a token stands for, or `undefined` if it is not valid.
   *
   * @throws TooManyTokens
   * @throws KeystoneError when Keystone does not tell
   */
  async check(token: string): Promise<ValidToken | undefined> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.valid.get(hash);
    if (known) return known;
    if (this.invalid.get(hash)) return undefined;
    let validation = this.underWay.get(hash);
    if (!validation) {
      if (this.underWay.size >= MAX_WAITING) throw new TooManyTokens();
      validation = this.ask(token, hash).finally(() =>
        this.underWay.delete(hash),
      );
      this.underWay.set(hash, validation);
    }
    return validation;
  }

  private async ask(
    token: string,
    hash: string,
  ): Promise<ValidToken | undefined> {
    const answer = await this.validate(token);
    const left = answer ? answer.expiresAt - Date.now() : 0;
    if (answer && left > 0) {
      this.valid.set(hash, answer, Math.min(left, this.cacheTime));
      return answer;
    }
    this.invalid.set(hash, true, Math.min(INVALID_MS, this.cacheTime));
    return undefined;
  }
}
