import {X509Certificate} from 'node:crypto';
import {createSecureContext} from 'node:tls';
import {badFile, FileOption, readFileOption} from './file-option';

/** An option that names a file, whatever is in it. */
type NamedFile = Omit<FileOption, 'expected'>;

/**
 * The certificates that the other side's may be signed by.
 *
 * @throws ConfigurationError for a file that can't be read, or holds none
 */
export async function readAuthorities(
  section: string,
  option: string,
  value: string,
): Promise<Buffer> {
  const file: FileOption = {
    section,
    option,
    value,
    expected: 'a file of certificates in PEM',
  };
  const ca = await readFileOption(file);
  // TLS itself passes over what is no certificate.
  tryOut(file, () => new X509Certificate(ca));
  return ca;
}

/**
 * The certificate that is shown to the other side.
 *
 * @param keyFile - where it is not set, the certificate's file has the key
 * @throws ConfigurationError for files that can't be read or do not match
 */
export async function readOwnCertificate(
  certFile: NamedFile,
  keyFile: NamedFile,
): Promise<{cert: Buffer; key: Buffer}> {
  const certificate: FileOption = {
    ...certFile,
    expected: 'a file with the certificate of this side in PEM',
  };
  const privateKey: FileOption = {
    ...(keyFile.value === undefined ? certFile : keyFile),
    expected: `a file with the private key to [${certFile.section}] ${certFile.option} in PEM`,
  };
  const cert = await readFileOption(certificate);
  const key = await readFileOption(privateKey);
  tryOut(certificate, () => createSecureContext({cert}));
  tryOut(privateKey, () => createSecureContext({cert, key}));
  return {cert, key};
}

function tryOut(option: FileOption, use: () => unknown): void {
  try {
    use();
  } catch (error) {
    throw badFile(option, (error as Error).message);
  }
}
