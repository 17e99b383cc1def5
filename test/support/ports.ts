import {randomInt} from 'node:crypto';
import {once} from 'node:events';
import net from 'node:net';

// Below the ports that systems give to outgoing connections (Linux: from
// 32768), so that none of these can take the port of a server while it is down.
const FIRST = 20000;
const LAST = 32000;
const ATTEMPTS = 50;

/** A TCP port of `host` that nobody listens on at this moment. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  let reason: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FIRST, LAST + 1);
    const server = net.createServer().listen(port, host);
    try {
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
      return port;
    } catch (error) {
      reason = error;
    }
  }
  throw new Error(`No free port on ${host}`, {cause: reason});
}
