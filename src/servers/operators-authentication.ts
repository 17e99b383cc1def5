import {
  NO_AUTHENTICATION,
  RpcAuthentication,
} from '../conductor/authentication';
import {HttpBasicAuthentication} from '../conductor/authentication/http-basic';
import {BootConfigOptions} from '../config';
import {Logger} from '../logger';

/** Who may look in: `[boot_config] ops_auth_strategy`. */
export function operatorsAuthentication(
  {boot_config: own}: BootConfigOptions,
  logger: Logger,
): RpcAuthentication {
  if (own.ops_auth_strategy !== 'http_basic') return NO_AUTHENTICATION;
  return new HttpBasicAuthentication(
    {
      section: 'boot_config',
      option: 'ops_auth_user_file',
      value: own.ops_auth_user_file,
    },
    logger,
    {realm: 'Boot configuration', what: 'an operator'},
  );
}
