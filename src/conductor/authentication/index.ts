import {BootConfigOptions, rpcAuthStrategy} from '../../config';
import {Logger} from '../../logger';
import {HttpBasicAuthentication} from './http-basic';
import {NO_AUTHENTICATION, RpcAuthentication} from './rpc-authentication';

export * from './rpc-authentication';

/** The authentication that the options ask for. */
export function rpcAuthentication(
  options: BootConfigOptions,
  logger: Logger,
): RpcAuthentication {
  return rpcAuthStrategy(options) === 'http_basic'
    ? new HttpBasicAuthentication(
        {
          section: 'json_rpc',
          option: 'http_basic_auth_user_file',
          value: options.json_rpc.http_basic_auth_user_file,
        },
        logger,
      )
    : NO_AUTHENTICATION;
}
