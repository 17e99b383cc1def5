import {IssuedToken} from './keystone-client';
import {KeystoneError} from './keystone-error';

/**
 * A token is renewed when so many milliseconds are left of it; as in
 * keystoneauth.
 */
const RENEWAL_MS = 120_000;

/**
 * For so long after a failure nothing is asked for again: what is wrong with
 * Keystone is not mended by more requests, and users get locked out by them.
 */
const PAUSE_MS = 1000;

interface CurrentToken {
  id: string;
  /** On the clock of the service. */
  expiresAt: number;
}

/**
 * The token with which this service shows who it is: kept until it nears its
 * end or is refused. However many calls want one, a single one is asked for.
 */
export class ServiceToken {
  private current?: CurrentToken;
  private renewal?: Promise<string>;
  private failed?: {error: Error; at: number};

  /**
   * @param issue - gets a token, within a time of its own
   * @param onLate - told that a token was not renewed which is still good
   * @param now - a clock in milliseconds
   */
  constructor(
    private readonly issue: () => Promise<IssuedToken>,
    private readonly onLate: (error: Error) => void,
    private readonly now = () => performance.now(),
  ) {}

  /**
   * A token that is good now. One that nears its end is renewed meanwhile, so
   * that nobody waits for Keystone who need not.
   *
   * @param signal - ends the wait, and not what others wait for too
   * @throws KeystoneError
   */
  async get(signal: AbortSignal): Promise<string> {
    const {current} = this;
    const left = current ? current.expiresAt - this.now() : 0;
    if (left <= 0) return before(signal, this.renew());
    if (left < RENEWAL_MS && !this.renewal && !this.pausing) {
      this.renew().catch(this.onLate);
    }
    return current!.id;
  }

  /** Tells that `id` was refused: it is not given out again. */
  renounce(id: string): void {
    if (this.current?.id === id) this.current = undefined;
  }

  private get pausing(): boolean {
    const {failed} = this;
    return failed !== undefined && this.now() - failed.at < PAUSE_MS;
  }

  private async renew(): Promise<string> {
    if (this.pausing) throw this.failed!.error;
    this.renewal ??= this.replace().finally(() => {
      this.renewal = undefined;
    });
    return this.renewal;
  }

  private async replace(): Promise<string> {
    const asked = this.now();
    try {
      const {id, lifetime} = await this.issue();
      this.current = {id, expiresAt: asked + lifetime};
      this.failed = undefined;
      return id;
    } catch (error) {
      this.failed = {error: error as Error, at: this.now()};
      throw error;
    }
  }
}

async function before<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let onAbort: () => void;
  const late = new Promise<never>((_resolve, reject) => {
    onAbort = () =>
      reject(new KeystoneError('late', 'Keystone gave no token in time'));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, {once: true});
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    signal.removeEventListener('abort', onAbort!);
  }
}
