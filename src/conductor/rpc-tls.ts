import {SecureContextOptions} from 'node:tls';
import {BootConfigOptions} from '../config';
import {FileOption} from '../config/file-option';
import {readKeyPair} from '../config/key-pair';

/**
 * How a conductor speaks TLS, from `[json_rpc] cert_file` and `key_file`, or
 * from `[ssl]` where not both of them are set, as in Ironic.
 *
 * @throws ConfigurationError for files that can't be read or do not match
 */
export async function rpcServerTls(
  options: BootConfigOptions,
): Promise<SecureContextOptions> {
  const {json_rpc: jsonRpc, ssl} = options;
  const own = jsonRpc.cert_file && jsonRpc.key_file;
  const certificate: FileOption = {
    section: own || !ssl.cert_file ? 'json_rpc' : 'ssl',
    option: 'cert_file',
    value: own ? jsonRpc.cert_file : (ssl.cert_file ?? jsonRpc.cert_file),
    expected: 'a file with the certificate of this conductor in PEM',
  };
  const privateKey: FileOption = {
    section: own || !ssl.key_file ? 'json_rpc' : 'ssl',
    option: 'key_file',
    value: own ? jsonRpc.key_file : (ssl.key_file ?? jsonRpc.key_file),
    expected: `a file with the private key to [${certificate.section}] cert_file in PEM`,
  };
  return {
    ...(await readKeyPair(certificate, privateKey)),
    minVersion: `TLSv${jsonRpc.tls_minimum_version}`,
  };
}
