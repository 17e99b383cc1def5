import {IncomingHttpHeaders} from 'node:http';
import {BootConfigOptions} from '../../config';
import {clientTls} from '../../config/client-tls';
import {
  authRequest,
  KeystoneClient,
  KeystoneError,
  ServiceToken,
  ValidToken,
} from '../../keystone';
import {Logger} from '../../logger';
import {Refusal, RpcAuthentication} from './rpc-authentication';
import {TokenCheck, TooManyTokens} from './token-check';

// What goes into a header without a question; no token has more.
const TOKEN = /^[!-~]+$/;

interface Setup {
  client: KeystoneClient;
  tokens: TokenCheck;
}

/**
 * Lets callers in with a token that Keystone takes for valid and that has one
 * of `[json_rpc] allowed_roles`, with the answers that Ironic and
 * keystonemiddleware give.
 */
export class KeystoneAuthentication implements RpcAuthentication {
  private setup?: Promise<Setup>;

  constructor(
    private readonly options: BootConfigOptions,
    private readonly logger: Logger,
  ) {}

  async init(): Promise<void> {
    await this.ready();
  }

  async check({
    'x-auth-token': header,
  }: IncomingHttpHeaders): Promise<Refusal | undefined> {
    const token = String(header ?? '').trim();
    if (!TOKEN.test(token)) return this.unauthorized();
    try {
      const {tokens} = await this.ready();
      const valid = await tokens.check(token);
      if (valid) return this.refuseRoles(valid);
    } catch (error) {
      return this.refusalFor(error as Error);
    }
    this.logger.warn(
      {},
      'an RPC call with a token that is not valid, or no longer, was refused',
    );
    return this.unauthorized();
  }

  async stop(): Promise<void> {
    const setup = await this.setup?.catch(() => undefined);
    this.setup = undefined;
    await setup?.client.stop();
  }

  private async ready(): Promise<Setup> {
    this.setup ??= this.makeReady();
    return this.setup;
  }

  private async makeReady(): Promise<Setup> {
    const {options, logger} = this;
    const {keystone_authtoken: own, boot_config: bootConfig} = options;
    const section = 'keystone_authtoken';
    const {url, body} = authRequest(options, section, own.auth_type);
    const tls = await clientTls(options, section);
    const timeout = bootConfig.request_timeout * 1000;
    const client = new KeystoneClient(url, section, tls, timeout);
    const ownToken = new ServiceToken(
      () => client.issue(body),
      error =>
        logger.warn(
          {err: error},
          'the token to validate others with was not renewed in advance',
        ),
    );
    const validate = async (token: string) =>
      validated(client, token, ownToken, AbortSignal.timeout(timeout));
    const cacheTime = own.token_cache_time * 1000;
    return {client, tokens: new TokenCheck(validate, cacheTime)};
  }

  private refuseRoles({user, roles}: ValidToken): Refusal | undefined {
    const {allowed_roles: allowed} = this.options.json_rpc;
    if (roles.some(role => allowed.includes(role))) return undefined;
    this.logger.warn(
      {user, roles, allowed_roles: allowed},
      'an RPC call of a user with none of [json_rpc] allowed_roles was refused',
    );
    return {status: 403, message: 'Forbidden'};
  }

  private refusalFor(error: Error): Refusal {
    if (error instanceof TooManyTokens) {
      return {status: 503, message: 'Too many tokens to validate'};
    }
    if (error instanceof KeystoneError) {
      this.logger.error({err: error}, 'an RPC call could not be authenticated');
      return {
        status: 503,
        message: 'The Keystone service is temporarily unavailable.',
      };
    }
    throw error;
  }

  private unauthorized(): Refusal {
    const {auth_url: authUrl, www_authenticate_uri: uri = authUrl} =
      this.options.keystone_authtoken;
    return {
      status: 401,
      message: 'The request you have made requires authentication.',
      headers: {'WWW-Authenticate': `Keystone uri="${uri}"`},
    };
  }
}

/** With another token of its own if the one at hand was revoked. */
async function validated(
  client: KeystoneClient,
  token: string,
  ownToken: ServiceToken,
  signal: AbortSignal,
): Promise<ValidToken | undefined> {
  const own = await ownToken.get(signal);
  try {
    return await client.validate(token, own, signal);
  } catch (error) {
    if (!(error instanceof KeystoneError) || error.fault !== 'refused') {
      throw error;
    }
    ownToken.renounce(own);
    return client.validate(token, await ownToken.get(signal), signal);
  }
}
