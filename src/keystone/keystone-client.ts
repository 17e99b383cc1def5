import {ConnectionOptions} from 'node:tls';
import {Dispatcher, Pool} from 'undici';
import {readBody, TooLarge} from '../http/read-body';
import {isObject} from '../rpc';
import {KeystoneSection} from './login';
import {KeystoneError} from './keystone-error';

// Without the catalogue, a token's description is one or two thousand bytes.
const MAX_BODY_SIZE = 256 * 1024;

const MAX_CONNECTIONS = 8;

/** A token of this service's own. */
export interface IssuedToken {
  id: string;
  /** Milliseconds that it is good for. */
  lifetime: number;
}

/** What Keystone says of a token that is valid. */
export interface ValidToken {
  /** Name of the user, for the log. */
  user: string;
  /** Names of roles. */
  roles: string[];
  /** Milliseconds since 1970. */
  expiresAt: number;
}

interface Answer {
  status: number;
  headers: Dispatcher.ResponseData['headers'];
  body: string;
}

/** Keystone's API v3, as far as tokens go. */
export class KeystoneClient {
  private readonly pool: Pool;
  private readonly name: string;
  private readonly path: string;

  /**
   * @param url - URL of the API, up to `/v3`
   * @param section - with the options of this service, for messages
   * @param tls - how to speak it where the URL is one of https
   * @param timeout - milliseconds that an answer may take
   */
  constructor(
    url: string,
    private readonly section: KeystoneSection,
    tls: ConnectionOptions,
    private readonly timeout: number,
  ) {
    const {origin, pathname} = new URL(url);
    // Without a password that somebody may have put into the URL.
    this.name = `Keystone at ${origin}${pathname}`;
    this.path = `${pathname}/auth/tokens?nocatalog`;
    this.pool = new Pool(origin, {
      connections: MAX_CONNECTIONS,
      connectTimeout: timeout,
      connect: tls,
      headersTimeout: timeout,
      bodyTimeout: timeout,
    });
  }

  /**
   * @param body - as `authRequest` makes it
   * @throws KeystoneError
   */
  async issue(body: object): Promise<IssuedToken> {
    const signal = AbortSignal.timeout(this.timeout);
    const answer = await this.ask('POST', {}, signal, JSON.stringify(body));
    if (answer.status !== 201) {
      throw this.failure(
        answer.status,
        `does not take the credentials of [${this.section}]`,
      );
    }
    const id = answer.headers['x-subject-token'];
    const lifetime = lifetimeOf(tokenIn(answer.body));
    if (typeof id === 'string' && id && lifetime !== undefined) {
      return {id, lifetime};
    }
    throw this.unusable('there is no token in it');
  }

  /**
   * Validates a caller's token.
   *
   * @param own - a token of a user who may validate others
   * @param signal - ends it
   * @returns `undefined` when it is not valid, or no longer
   * @throws KeystoneError `refused` when `own` is no longer valid
   */
  async validate(
    token: string,
    own: string,
    signal: AbortSignal,
  ): Promise<ValidToken | undefined> {
    const headers = {'x-auth-token': own, 'x-subject-token': token};
    const answer = await this.ask('GET', headers, signal);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) {
      throw this.failure(
        answer.status,
        `does not let the user of [${this.section}] validate tokens`,
      );
    }
    const valid = validTokenOf(tokenIn(answer.body));
    if (valid) return valid;
    throw this.unusable('there is no token in it');
  }

  async stop(): Promise<void> {
    await this.pool.destroy();
  }

  private async ask(
    method: 'GET' | 'POST',
    headers: Record<string, string>,
    signal: AbortSignal,
    body?: string,
  ): Promise<Answer> {
    try {
      const response = await this.pool.request({
        method,
        path: this.path,
        headers: {
          accept: 'application/json',
          ...(body !== undefined && {'content-type': 'application/json'}),
          ...headers,
        },
        body,
        signal,
      });
      return {
        status: response.statusCode,
        headers: response.headers,
        body: await readBody(response.body, MAX_BODY_SIZE),
      };
    } catch (error) {
      throw this.noAnswer(error as Error, signal);
    }
  }

  private noAnswer(
    error: Error & {code?: string; reason?: string},
    signal: AbortSignal,
  ): KeystoneError {
    if (error instanceof TooLarge) return this.unusable(error.message);
    if (signal.aborted || error.code?.includes('TIMEOUT')) {
      return this.error('late', 'did not answer in time', error);
    }
    const why = error.code?.startsWith('ERR_SSL_')
      ? `TLS: ${error.reason}`
      : error.message || String(error.code);
    return this.error('unreachable', `can't be reached: ${why}`, error);
  }

  /** Quotes nothing of the answer, which may repeat what was sent. */
  private failure(status: number, refusal: string): KeystoneError {
    const told = `HTTP status ${status}`;
    if (status === 401) return this.error('refused', `${refusal} (${told})`);
    if (status === 403) return this.error('forbidden', `${refusal} (${told})`);
    return this.error(
      // A balancer says so while there is no Keystone behind it.
      status >= 500 ? 'unreachable' : 'unusable',
      `gave no usable answer: ${told}`,
    );
  }

  private unusable(why: string): KeystoneError {
    return this.error('unusable', `gave no usable answer: ${why}`);
  }

  private error(
    fault: KeystoneError['fault'],
    what: string,
    cause?: Error,
  ): KeystoneError {
    return new KeystoneError(fault, `${this.name} ${what}`, {cause});
  }
}

/** The description of a token, empty where there is none. */
function tokenIn(body: string): Record<string, unknown> {
  try {
    const {token} = JSON.parse(body) as {token?: unknown};
    return isObject(token) ? token : {};
  } catch {
    return {};
  }
}

/** From two times of Keystone's, as its clock may differ from this one. */
function lifetimeOf(token: Record<string, unknown>): number | undefined {
  const lifetime = timeOf(token.expires_at) - timeOf(token.issued_at);
  return Number.isNaN(lifetime) ? undefined : lifetime;
}

function validTokenOf({
  user,
  roles = [],
  expires_at: expires,
}: Record<string, unknown>): ValidToken | undefined {
  const expiresAt = timeOf(expires);
  if (Number.isNaN(expiresAt) || !isObject(user) || !Array.isArray(roles)) {
    return undefined;
  }
  const names = roles.map((role: unknown) =>
    isObject(role) ? role.name : undefined,
  );
  return {
    user: String(user.name),
    roles: names.filter(name => typeof name === 'string'),
    expiresAt,
  };
}

function timeOf(value: unknown): number {
  return typeof value === 'string' ? Date.parse(value) : NaN;
}
