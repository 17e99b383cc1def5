import {setTimeout as pause} from 'node:timers/promises';
import {HttpClient} from './http-client';

/** Of the root script, see src/conductor/root-script.ts. */
export interface Walk {
  /** Milliseconds without progress before a download is given up. */
  chainTimeout: number;
  /** Walks over the NICs while no API answers. */
  attempts: number;
  /** Milliseconds between two walks. */
  pause: number;
}

export interface MachineSpec {
  uuid: string;
  /** In the order of its NICs. */
  macs: string[];
  /** Its IP address. */
  address: string;
}

/** `none`: answered for each NIC, and by no script. */
export type Outcome = 'served' | 'wrong' | 'none' | 'lost';

export interface Boot {
  outcome: Outcome;
  /** From power-on, in milliseconds. */
  took: number;
  /** Walks over the NICs. */
  walks: number;
  /** Milliseconds for each request that was answered. */
  latencies: number[];
}

/**
 * Runs what the root script says, for one machine.
 *
 * @param roots - root URLs of the API, in the order in which they are tried
 */
export async function boot(
  {uuid, macs, address}: MachineSpec,
  roots: string[],
  walk: Walk,
): Promise<Boot> {
  const start = performance.now();
  const client = new HttpClient(address, walk.chainTimeout);
  const latencies: number[] = [];
  const end = (outcome: Outcome, walks: number): Boot => {
    client.close();
    return {outcome, walks, latencies, took: performance.now() - start};
  };

  for (let walks = 1; walks <= walk.attempts; walks++) {
    let unanswered = false;
    for (const mac of macs) {
      let answered = false;
      for (const root of roots) {
        const asked = performance.now();
        try {
          const url = new URL(`${root}/v1/boot/${hyphened(mac)}/boot.ipxe`);
          const {status, body} = await client.get(url);
          latencies.push(performance.now() - asked);
          if (status === 200) {
            return end(body === scriptOf(uuid) ? 'served' : 'wrong', walks);
          }
          answered ||= status === 404;
        } catch {
          // The next root URL.
        }
      }
      unanswered ||= !answered;
    }
    if (!unanswered) return end('none', walks);
    if (walks < walk.attempts) await pause(walk.pause);
  }
  return end('lost', walk.attempts);
}

// A script of Ironic's has about this size.
const SCRIPT_SIZE = 2048;

/** The script that a machine has to get, and nobody else. */
export function scriptOf(uuid: string): string {
  return `#!ipxe\n# ${uuid}\n`.padEnd(SCRIPT_SIZE, 'echo a line of a script\n');
}

function hyphened(mac: string): string {
  return mac.replaceAll(':', '-');
}
