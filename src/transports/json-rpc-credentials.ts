import {
  BootConfigOptions,
  ConfigurationError,
  KEYSTONE_AUTH_TYPES,
  RPC_AUTH_TYPES,
  rpcAuthStrategy,
} from '../config';
import {problemOf} from '../config/option-problem';
import {Logger} from '../logger';
import {keystoneCredentials} from './keystone-credentials';

/** How a call over HTTP shows who makes it. */
export interface RpcCredentials {
  /** What a conductor does not take that answers 401, for messages. */
  readonly name: string;

  /**
   * The headers that a call carries.
   *
   * @throws KeystoneError
   */
  headers(signal: AbortSignal): Promise<Record<string, string>>;

  /**
   * Told of headers that a conductor answered with 401.
   *
   * @returns whether there may be others, for a second try
   */
  renounce(headers: Record<string, string>): boolean;

  stop(): Promise<void>;
}

/**
 * The credentials that `[json_rpc] auth_type` asks for, with
 * `auth_strategy` for its default, as in Ironic.
 *
 * @param logger - told of a token that could not be renewed in advance
 * @throws ConfigurationError when it is not supported, or lacks an option
 */
export async function rpcCredentials(
  options: BootConfigOptions,
  logger?: Logger,
): Promise<RpcCredentials> {
  const strategy = rpcAuthStrategy(options) ?? 'noauth';
  const type = options.json_rpc.auth_type ?? DEFAULT_TYPES[strategy];
  if (type === 'none') return constant({});
  if (type === 'http_basic') return httpBasic(options.json_rpc);
  if (KEYSTONE_AUTH_TYPES.some(known => known === type)) {
    return keystoneCredentials(options, type, logger);
  }
  throw new ConfigurationError([
    problemOf('json_rpc', 'auth_type', type, RPC_AUTH_TYPES),
  ]);
}

const DEFAULT_TYPES = {
  noauth: 'none',
  http_basic: 'http_basic',
  keystone: 'password',
} as const;

function constant(headers: Record<string, string>): RpcCredentials {
  return {
    name: 'the credentials of [json_rpc]',
    headers: async () => headers,
    renounce: () => false,
    stop: async () => {},
  };
}

function httpBasic({
  username,
  password,
}: BootConfigOptions['json_rpc']): RpcCredentials {
  const why = 'as auth_type is http_basic (auth_strategy, if not set)';
  const problems = [
    // A colon ends the user name in the header.
    ...(username === undefined || username.includes(':')
      ? [
          problemOf(
            'json_rpc',
            'username',
            username,
            `the user name of the API without a colon, ${why}`,
          ),
        ]
      : []),
    ...(password === undefined
      ? [
          problemOf(
            'json_rpc',
            'password',
            password,
            `the password of the API, ${why}`,
          ),
        ]
      : []),
  ];
  if (problems.length) throw new ConfigurationError(problems);
  const token = Buffer.from(`${username}:${password}`).toString('base64');
  return constant({authorization: `Basic ${token}`});
}
