import {X509Certificate} from 'node:crypto';
import {ConnectionOptions, createSecureContext} from 'node:tls';
import {BootConfigOptions} from '../config';
import {badFile, FileOption, readFileOption} from '../config/file-option';

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
    ...(jsonRpc.cafile && {ca: await authorities(jsonRpc.cafile)}),
    ...(jsonRpc.certfile &&
      (await ownCertificate(jsonRpc.certfile, jsonRpc.keyfile))),
  };
}

async function authorities(value: string): Promise<Buffer> {
  const option: FileOption = {
    section: 'json_rpc',
    option: 'cafile',
    value,
    expected: 'a file of certificates in PEM',
  };
  const ca = await readFileOption(option);
  // TLS itself passes over what is no certificate.
  tryOut(option, () => new X509Certificate(ca));
  return ca;
}

async function ownCertificate(certfile: string, keyfile = certfile) {
  const certificate: FileOption = {
    section: 'json_rpc',
    option: 'certfile',
    value: certfile,
    expected: 'a file with the certificate of the API in PEM',
  };
  const privateKey: FileOption = {
    section: 'json_rpc',
    option: keyfile === certfile ? 'certfile' : 'keyfile',
    value: keyfile,
    expected: 'a file with the private key to [json_rpc] certfile in PEM',
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
