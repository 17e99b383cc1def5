import {once} from 'node:events';
import {Server} from 'node:http';
import {AddressInfo} from 'node:net';
import {HostAddress} from '../rpc';

// A request is answered within [boot_config] request_timeout at most, and far
// sooner as a rule; what is idle is closed at once.
const GRACE_MILLISECONDS = 10_000;
const IDLE_CHECK_MILLISECONDS = 50;

/**
 * Listens, and tells where: port 0 takes a free one.
 *
 * @throws Error with the address, when it can't be had
 */
export async function listen(
  server: Server,
  {host, port}: HostAddress,
): Promise<HostAddress> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const {code, message} = error as NodeJS.ErrnoException;
    // All addresses, on a machine without IPv6.
    if (host === '::' && code === 'EAFNOSUPPORT') {
      return listen(server, {host: '0.0.0.0', port});
    }
    throw new Error(`can't listen on ${host} port ${port}: ${message}`, {
      cause: error,
    });
  }
  return {host, port: (server.address() as AddressInfo).port};
}

/** Stops to listen, and waits until the requests under way are answered. */
export async function closeGracefully(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  // A kept connection becomes idle when its last request is answered.
  const closeIdle = setInterval(
    () => server.closeIdleConnections(),
    IDLE_CHECK_MILLISECONDS,
  );
  const cut = setTimeout(
    () => server.closeAllConnections(),
    GRACE_MILLISECONDS,
  );
  await closed;
  clearInterval(closeIdle);
  clearTimeout(cut);
}
