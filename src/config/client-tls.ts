import {X509Certificate} from 'node:crypto';
import {ConnectionOptions, createSecureContext} from 'node:tls';
import {badFile, FileOption, readFileOption} from './file-option';
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
    ...(cafile && {ca: await authorities(section, cafile)}),
    ...(certfile && (await ownCertificate(section, certfile, keyfile))),
  };
}

async function authorities(
  section: TlsSection,
  value: string,
): Promise<Buffer> {
  const option: FileOption = {
    section,
    option: 'cafile',
    value,
    expected: 'a file of certificates in PEM',
  };
  const ca = await readFileOption(option);
  // TLS itself passes over what is no certificate.
  tryOut(option, () => new X509Certificate(ca));
  return ca;
}

async function ownCertificate(
  section: TlsSection,
  certfile: string,
  keyfile = certfile,
) {
  const certificate: FileOption = {
    section,
    option: 'certfile',
    value: certfile,
    expected: 'a file with a certificate for clients in PEM',
  };
  const privateKey: FileOption = {
    section,
    option: keyfile === certfile ? 'certfile' : 'keyfile',
    value: keyfile,
    expected: `a file with the private key to [${section}] certfile in PEM`,
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
