import {readFile} from 'node:fs/promises';

const LISTENING = '0A';

/** One end of an IPv4 connection, open in some process of this machine. */
export interface TcpEnd {
  localPort: number;
  remotePort: number;
  /** Milliseconds to the next keep-alive probe, if there will be one. */
  nextProbe?: number;
}

/**
 * As the kernel tells in /proc/net/tcp: number, local and remote address, state,
 * queues, `timer:when` and four more, of which the last is 0 when no process has
 * the connection open any more. In hexadecimal; timer 2 is that of keep-alive,
 * times are in hundredths of a second.
 */
export async function tcpTable(): Promise<TcpEnd[]> {
  const [, ...rows] = (await readFile('/proc/net/tcp', 'utf8'))
    .trim()
    .split('\n');
  return rows
    .map(row => row.trim().split(/\s+/))
    .filter(fields => fields[3] !== LISTENING && fields[9] !== '0')
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
