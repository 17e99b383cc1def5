import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import net from 'node:net';

export function makeFifo(path: string): void {
  execFileSync('mkfifo', [path]);
}

/** A Unix socket that somebody listens on until `close`. */
export async function makeSocket(path: string): Promise<net.Server> {
  const server = net.createServer().listen(path);
  await once(server, 'listening');
  return server;
}
