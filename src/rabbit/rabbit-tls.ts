import {createSecureContext, SecureContextOptions} from 'node:tls';
import {BootConfigOptions} from '../config';
import {badFile, FileOption, readFileOption} from '../config/file-option';

/**
 * How to speak TLS with RabbitMQ; `undefined`: not at all.
 *
 * @throws ConfigurationError for files that can't be read or do not match
 */
export async function rabbitTls({
  oslo_messaging_rabbit: rabbit,
}: BootConfigOptions): Promise<SecureContextOptions | undefined> {
  if (!rabbit.ssl) return undefined;
  const ca = await read({
    section: 'oslo_messaging_rabbit',
    option: 'ssl_ca_file',
    value: rabbit.ssl_ca_file,
    expected: 'a file of certificates in PEM',
  });
  const certificate: FileOption = {
    section: 'oslo_messaging_rabbit',
    option: 'ssl_cert_file',
    value: rabbit.ssl_cert_file,
    expected: 'a file with the certificate that is shown to RabbitMQ in PEM',
  };
  const privateKey: FileOption = {
    section: 'oslo_messaging_rabbit',
    option: 'ssl_key_file',
    value: rabbit.ssl_key_file,
    expected: 'a file with the private key to ssl_cert_file in PEM',
  };
  const cert = await read(certificate);
  tryOut({cert}, certificate);
  const key = await read(privateKey);
  tryOut({cert, key}, privateKey);
  return {ca, cert, key};
}

async function read(option: FileOption): Promise<Buffer | undefined> {
  return option.value === undefined ? undefined : readFileOption(option);
}

function tryOut(part: SecureContextOptions, option: FileOption): void {
  try {
    createSecureContext(part);
  } catch (error) {
    throw badFile(option, (error as Error).message);
  }
}
