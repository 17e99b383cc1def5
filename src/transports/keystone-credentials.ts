import {BootConfigOptions} from '../config';
import {clientTls} from '../config/client-tls';
import {authRequest, KeystoneClient, ServiceToken} from '../keystone';
import {Logger} from '../logger';
import {RpcCredentials} from './json-rpc-credentials';

/**
 * A token of Keystone's, as `[json_rpc]` has it with `auth_strategy = keystone`
 * in Ironic.
 *
 * @throws ConfigurationError
 */
export async function keystoneCredentials(
  options: BootConfigOptions,
  type: string,
  logger?: Logger,
): Promise<RpcCredentials> {
  const {url, body} = authRequest(options, 'json_rpc', type);
  const client = new KeystoneClient(
    url,
    'json_rpc',
    await clientTls(options, 'json_rpc'),
    options.boot_config.request_timeout * 1000,
  );
  const token = new ServiceToken(
    () => client.issue(body),
    error =>
      logger?.warn(
        {err: error},
        'the token for RPC was not renewed in advance',
      ),
  );
  return {
    name: 'a token of Keystone that was just issued',
    headers: async signal => ({'x-auth-token': await token.get(signal)}),
    renounce: headers => {
      token.renounce(headers['x-auth-token']);
      return true;
    },
    stop: () => client.stop(),
  };
}
