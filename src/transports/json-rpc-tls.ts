import {ConnectionOptions} from 'node:tls';
import {BootConfigOptions} from '../config';
import {readAuthorities, readOwnCertificate} from '../rpc/client-tls-files';

const SECTION = 'json_rpc';

/** Whether calls go over TLS. */
export function callsOverTls({json_rpc: jsonRpc}: BootConfigOptions): boolean {
  return jsonRpc.use_ssl || jsonRpc.client_use_ssl;
}

/**
 * How to speak TLS with conductors. Their certificates are verified for their
 * host names unless `[json_rpc] insecure` is set.
 *
 * @throws ConfigurationError for files that can't be read or do not match
 */
export async function rpcClientTls({
  json_rpc: jsonRpc,
}: BootConfigOptions): Promise<ConnectionOptions> {
  return {
    rejectUnauthorized: !jsonRpc.insecure,
    ...(jsonRpc.cafile && {
      ca: await readAuthorities(SECTION, 'cafile', jsonRpc.cafile),
    }),
    ...(jsonRpc.certfile &&
      (await readOwnCertificate(
        {section: SECTION, option: 'certfile', value: jsonRpc.certfile},
        {section: SECTION, option: 'keyfile', value: jsonRpc.keyfile},
      ))),
  };
}
