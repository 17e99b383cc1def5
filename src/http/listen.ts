import {once} from 'node:events';
import fs from 'node:fs';
import {Server} from 'node:http';
import {AddressInfo, Server as NetServer} from 'node:net';
import {setImmediate as turn} from 'node:timers/promises';
import {HostAddress} from '../rpc';
import {Connections} from './connections';

// Under load a kept connection has its next request sooner than this.
const DRAIN_MILLISECONDS = 1000;

// A turn of the event loop in which hardly anything happened, and how many turns
// to wait for one.
const QUIET_MILLISECONDS = 0.2;
const MOST_TURNS = 100;

// For an answer on its way to a slow client.
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

/**
 * Listens on a Unix socket, which takes the place of one that a process before
 * has left behind.
 *
 * @param mode - permissions of the socket
 * @throws Error with the path, when it can't be had
 */
export async function listenOnSocket(
  server: Server,
  path: string,
  mode?: number,
): Promise<void> {
  try {
    const found = await fs.promises
      .lstat(path)
      .catch(() => undefined /* not there, or told of by listen() */);
    if (found?.isSocket()) await fs.promises.unlink(path);
    server.listen(path);
    await once(server, 'listening');
    if (mode !== undefined) await fs.promises.chmod(path, mode);
  } catch (error) {
    throw new Error(`can't listen on ${path}: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/**
 * Stops to listen, answers what comes on the connections that are there, each
 * time with the wish to close, and then closes those that stay idle.
 *
 * @param connections - those of `server`, known from its beginning
 * @param longestAnswer - seconds that an answer takes at most
 */
export async function closeGracefully(
  server: Server,
  connections: Connections,
  longestAnswer: number,
): Promise<void> {
  if (!server.listening) return;
  await quietTurn();
  const closed = once(server, 'close');
  connections.letClose();
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive = false;
  });
  // Not the close() of http.Server: it cuts kept connections at once, and on
  // one of a balancer the next request may be under way already.
  NetServer.prototype.close.call(server);
  let closeIdle: NodeJS.Timeout | undefined;
  const drain = setTimeout(() => {
    closeIdle = setInterval(
      () => connections.closeIdle(),
      IDLE_CHECK_MILLISECONDS,
    );
  }, DRAIN_MILLISECONDS);
  const cut = setTimeout(
    () => server.closeAllConnections(),
    GRACE_MILLISECONDS + longestAnswer * 1000,
  );
  await closed;
  clearTimeout(drain);
  clearInterval(closeIdle);
  clearTimeout(cut);
}

/**
 * Waits for a turn of the event loop in which hardly anything happened. In it,
 * connections are taken that waited for that; who comes later, and before the
 * server stops to listen, is reset.
 */
async function quietTurn(): Promise<void> {
  await turn();
  for (let turns = 0; turns < MOST_TURNS; turns++) {
    const begun = performance.now();
    await turn();
    if (performance.now() - begun < QUIET_MILLISECONDS) return;
  }
}
