import {ConnectionOptions} from 'node:tls';
import {readAuthorities, readOwnCertificate} from './client-tls-files';
import {BootConfigOptions} from './options';

/** A section with keystoneauth's options for TLS. */
type TlsSection = 'json_rpc' | 'keystone_authtoken';

/**
 * How to speak TLS with servers, as the options of a section say. Certificates
 * are verified for the names of their hosts unless `insecure` is set.
 *
 * @throws ConfigurationError for files that can't be read or do not match
 */
export async function clientTls(
  options: BootConfigOptions,
  section: TlsSection,
): Promise<ConnectionOptions> {
  const {cafile, certfile, keyfile, insecure} = options[section];
  return {
    rejectUnauthorized: !insecure,
    ...(cafile && {ca: await readAuthorities(section, 'cafile', cafile)}),
    ...(certfile &&
      (await readOwnCertificate(
        {section, option: 'certfile', value: certfile},
        {section, option: 'keyfile', value: keyfile},
      ))),
  };
}
