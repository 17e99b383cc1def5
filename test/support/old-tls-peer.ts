import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {AddressInfo} from 'node:net';
import tls from 'node:tls';
import {KeyPair} from './certificates';

/** Listens for clients of TLS 1.0, and would speak nothing newer. */
export class OldTlsPeer {
  private constructor(private readonly server: tls.Server) {}

  static async start(
    {cert, key}: KeyPair,
    {host = '127.0.0.1', port = 0} = {},
  ): Promise<OldTlsPeer> {
    const server = tls.createServer({
      cert: await readFile(cert),
      key: await readFile(key),
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1',
      // Without, OpenSSL itself would not speak it.
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    server.listen(port, host);
    await once(server, 'listening');
    return new OldTlsPeer(server);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }
}
