import {execFileSync} from 'node:child_process';
import {once} from 'node:events';
import {closeSync, constants, openSync} from 'node:fs';
import net from 'node:net';

const fifos: string[] = [];

export function makeFifo(path: string): void {
  execFileSync('mkfifo', [path]);
  fifos.push(path);
}

/** Lets those go on that wait for a writer; they would keep the process. */
export function releaseFifos(): void {
  for (const path of fifos.splice(0)) {
    closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
  }
}

/** A Unix socket that somebody listens on until `close`. */
export async function makeSocket(path: string): Promise<net.Server> {
  const server = net.createServer().listen(path);
  await once(server, 'listening');
  return server;
}
