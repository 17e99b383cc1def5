// A machine that boots from the network: QEMU with the iPXE that Debian's
// package `ipxe-qemu` brings, its console on the serial line.

import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {consoleText} from './console-text';

const NETWORK_CARD = 'virtio-net-pci';
/** iPXE offers its command line for two seconds; any other key ends the wait. */
const BANNER = 'for the iPXE command line';
const DEFAULT_WAIT = 30_000;

export interface FirmwareOptions {
  /** The machine's NICs, `net0` first. Only `net0` is connected. */
  macs: string[];
  /** Offered over TFTP by the machine's DHCP server, 10.0.2.2. */
  tftpDir?: string;
  /** What DHCP names as the file to boot: below `tftpDir`, or a URL. */
  bootfile: string;
  /**
   * What the machine can reach: `ip:port` as it sees it, from 10.0.2.4 to
   * 10.0.2.254 but its own 10.0.2.15, to a port of this host's loopback. The
   * other ports of these addresses refuse; other addresses do not answer.
   */
  forwards?: Record<string, number>;
}

export interface Firmware {
  /** The console's text until now, without control sequences. */
  console(): string;
  /**
   * Resolves with the first match in the console's text, past or coming.
   * Rejects, with that text, when the machine ends or the time is up.
   */
  waitFor(
    pattern: RegExp,
    options?: {timeoutMs?: number},
  ): Promise<RegExpMatchArray>;
  /** Types on the console. */
  press(keys: string): void;
  /**
   * Resolves when the machine has rebooted, which ends it. The last characters
   * that it printed may be lost.
   */
  waitForReboot(options?: {timeoutMs?: number}): Promise<void>;
  /** Switches the machine off; a machine that has ended stays so. */
  stop(): Promise<void>;
}

/** Switches a machine on. */
export function bootFirmware(options: FirmwareOptions): Firmware {
  const command = qemuCommand(options);
  // With pdeathsig the machine cannot outlive this process, however it ends.
  const qemu = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // Nothing that instruments this process may reach the relays.
    env: {PATH: process.env.PATH},
  });
  let output = '';
  let complaints = '';
  let exit: string | undefined;
  let bannerSkipped = false;
  const listeners = new Set<() => void>();
  const changed = () => [...listeners].forEach(listener => listener());

  qemu.stdout.setEncoding('latin1').on('data', (chunk: string) => {
    output += chunk;
    if (!bannerSkipped && output.includes(BANNER)) {
      bannerSkipped = true;
      qemu.stdin.write(' ');
    }
    changed();
  });
  qemu.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaints += chunk;
  });
  // A key pressed on a machine that has just ended is lost, no more.
  qemu.stdin.on('error', () => {});
  qemu.on('error', error => {
    exit = error.message;
    changed();
  });
  qemu.on('close', (code, signal) => {
    exit ??= signal ?? `exit code ${code}`;
    changed();
  });

  /** Resolves with the first defined value of `condition`. */
  function until<T>(
    what: string,
    condition: () => T | undefined,
    timeoutMs = DEFAULT_WAIT,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void) => {
        listeners.delete(check);
        clearTimeout(timer);
        done();
      };
      const fail = (why: string) => {
        const text = `${consoleText(output)}\n${complaints}`;
        settle(() => reject(new Error(`${why} without ${what}:\n${text}`)));
      };
      const check = () => {
        const value = condition();
        if (value !== undefined) settle(() => resolve(value));
        else if (exit !== undefined) fail(`The machine ended (${exit})`);
      };
      const timer = setTimeout(
        () => fail(`${timeoutMs} ms have passed`),
        timeoutMs,
      );
      listeners.add(check);
      check();
    });
  }

  return {
    console: () => consoleText(output),
    waitFor: (pattern, {timeoutMs} = {}) =>
      until(
        String(pattern),
        () => consoleText(output).match(pattern) ?? undefined,
        timeoutMs,
      ),
    press: keys => {
      qemu.stdin.write(keys);
    },
    waitForReboot: ({timeoutMs} = {}) =>
      until(
        'a reboot',
        () => exit === 'exit code 0' || undefined,
        timeoutMs,
      ).then(() => {}),
    stop: async () => {
      if (exit === undefined) qemu.kill('SIGKILL');
      await until('its end', () => exit);
    },
  };
}

function qemuCommand(options: FirmwareOptions): string[] {
  const command = ['qemu-system-x86_64', '-M', 'pc,accel=tcg', '-m', '128'];
  command.push('-nodefaults', '-nographic', '-serial', 'stdio');
  command.push('-no-reboot', '-boot', 'n');
  command.push('-netdev', network(options));
  options.macs.forEach((mac, index) => {
    if (index === 0) {
      command.push('-device', `${NETWORK_CARD},netdev=net0,mac=${mac}`);
    } else {
      // One copy of iPXE drives all cards; a second one costs a second banner.
      command.push('-netdev', `hubport,id=net${index},hubid=${index}`);
      command.push(
        '-device',
        `${NETWORK_CARD},netdev=net${index},mac=${mac},romfile=`,
      );
    }
  });
  return command;
}

/**
 * QEMU's own network, cut off from this host and all others (`restrict`).
 * What is forwarded gets a process per connection: the other kind of
 * `guestfwd` opens a single connection, which a closing server uses up.
 */
function network({tftpDir, bootfile, forwards = {}}: FirmwareOptions): string {
  const parts = ['user', 'id=net0', 'restrict=on', `bootfile=${bootfile}`];
  if (tftpDir) parts.push(`tftp=${tftpDir}`);
  for (const [address, port] of Object.entries(forwards)) {
    const relay = [process.execPath, join(__dirname, 'loopback-relay.js')]
      .map(path => `'${path}'`)
      .join(' ');
    parts.push(`guestfwd=tcp:${address}-cmd:${relay} ${port}`);
  }
  // A comma inside a value is written twice.
  return parts.map(part => part.replaceAll(',', ',,')).join(',');
}
