import {BootConfigOptions, rpcAuthStrategy} from '../../config';
import {Logger} from '../../logger';
import {HttpBasicAuthentication} from './http-basic';
import {KeystoneAuthentication} from './keystone';
import {NO_AUTHENTICATION, RpcAuthentication} from './rpc-authentication';

export * from './rpc-authentication';

/** The authentication that the options ask for. */
export function rpcAuthentication(
  options: BootConfigOptions,
  logger: Logger,
): RpcAuthentication {
  switch (rpcAuthStrategy(options)) {
    case 'http_basic':
      return new HttpBasicAuthentication(
        {
          section: 'json_rpc',
          option: 'http_basic_auth_user_file',
          value: options.json_rpc.http_basic_auth_user_file,
        },
        logger,
      );
    case 'keystone':
      return new KeystoneAuthentication(options, logger);
    default:
      return NO_AUTHENTICATION;
  }
}
