import type {ConnectionOptions} from 'node:tls';
import {BootConfigOptions} from '../config';
import {readAuthorities, readOwnCertificate} from '../config/client-tls-files';

const SECTION = 'oslo_messaging_rabbit';

/**
 * How to speak TLS with RabbitMQ; `undefined`: not at all.
 *
 * @throws ConfigurationError for files that can't be read or do not match
 */
export async function rabbitTls({
  oslo_messaging_rabbit: rabbit,
}: BootConfigOptions): Promise<ConnectionOptions | undefined> {
  if (!rabbit.ssl) return undefined;
  return {
    ...(rabbit.ssl_version === 'TLSv1_2' && {maxVersion: 'TLSv1.2'}),
    ...(!rabbit.ssl_enforce_hostname_verification && {
      checkServerIdentity: () => undefined,
    }),
    ...(rabbit.ssl_ca_file && {
      ca: await readAuthorities(SECTION, 'ssl_ca_file', rabbit.ssl_ca_file),
    }),
    ...(rabbit.ssl_cert_file &&
      (await readOwnCertificate(
        {
          section: SECTION,
          option: 'ssl_cert_file',
          value: rabbit.ssl_cert_file,
        },
        {section: SECTION, option: 'ssl_key_file', value: rabbit.ssl_key_file},
      ))),
  };
}
