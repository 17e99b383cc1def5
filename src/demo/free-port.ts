import {once} from 'node:events';
import {AddressInfo, createServer} from 'node:net';

/** `preferred` where it is free on `host`, otherwise some free port. */
export async function freePort(
  host: string,
  preferred: number,
): Promise<number> {
  const server = createServer();
  try {
    server.listen(preferred, host);
    await once(server, 'listening');
  } catch {
    return freePort(host, 0);
  }
  const {port} = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
