import {readFile} from 'node:fs/promises';

const ESTABLISHED = '01';

/** One end of an established IPv4 connection of this machine. */
export interface TcpEnd {
  localPort: number;
  remotePort: number;
  /** Milliseconds to the next keep-alive probe, if there will be one. */
  nextProbe?: number;
}

/**
 * As the kernel tells in /proc/net/tcp: number, local and remote address, state,
 * queues and `timer:when`, in hexadecimal; timer 2 is that of keep-alive, times
 * are in hundredths of a second.
 */
export async function tcpTable(): Promise<TcpEnd[]> {
  const [, ...rows] = (await readFile('/proc/net/tcp', 'utf8')).split('\n');
  return rows
    .map(row => row.trim().split(/\s+/))
    .filter(([, , , state]) => state === ESTABLISHED)
    .map(([, local, remote, , , timer]) => {
      const [kind, when] = timer.split(':');
      return {
        localPort: portOf(local),
        remotePort: portOf(remote),
        nextProbe: kind === '02' ? parseInt(when, 16) * 10 : undefined,
      };
    });
}

function portOf(address: string): number {
  return parseInt(address.split(':')[1], 16);
}
