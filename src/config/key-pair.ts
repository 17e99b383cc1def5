import {createSecureContext, SecureContextOptions} from 'node:tls';
import {badFile, FileOption, readFileOption} from './file-option';

/** What a server shows of itself over TLS, in PEM. */
export interface KeyPair {
  cert: Buffer;
  key: Buffer;
}

/**
 * A certificate and its private key from the files that options name.
 *
 * @throws ConfigurationError for files that can't be read or do not match
 */
export async function readKeyPair(
  certificate: FileOption,
  privateKey: FileOption,
): Promise<KeyPair> {
  const cert = await readFileOption(certificate);
  const key = await readFileOption(privateKey);
  tryOut({cert}, certificate);
  tryOut({cert, key}, privateKey);
  return {cert, key};
}

function tryOut(part: SecureContextOptions, option: FileOption): void {
  try {
    createSecureContext(part);
  } catch (error) {
    throw badFile(option, (error as Error).message);
  }
}
