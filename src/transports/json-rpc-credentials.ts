import {
  BootConfigOptions,
  ConfigurationError,
  rpcAuthStrategy,
} from '../config';
import {problemOf} from '../config/option-problem';

/** How a call over HTTP shows who makes it. */
export interface RpcCredentials {
  /** The headers that a call carries. */
  headers(): Record<string, string>;
}

/**
 * The credentials that `[json_rpc] auth_type` asks for, with
 * `auth_strategy` for its default, as in Ironic.
 *
 * @throws ConfigurationError when it is not supported, or lacks an option
 */
export function rpcCredentials(options: BootConfigOptions): RpcCredentials {
  const {auth_type: configured} = options.json_rpc;
  const strategy = rpcAuthStrategy(options) ?? 'noauth';
  const type = configured ?? (strategy === 'noauth' ? 'none' : strategy);
  if (type === 'none') return {headers: () => ({})};
  if (type === 'http_basic') return httpBasic(options.json_rpc);
  throw new ConfigurationError([
    problemOf('json_rpc', 'auth_type', type, 'none or http_basic'),
  ]);
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
  return {headers: () => ({authorization: `Basic ${token}`})};
}
