import {ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {connect} from 'node:net';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {projectRoot} from '../../test/support/project';
import {atExit} from '../../test/support/at-exit';

const PATIENCE_MILLISECONDS = 15_000;

/** A program under load. What it logs is thrown away, as by a log that keeps up. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    private readonly forget: () => void,
  ) {}

  /** Starts `ironic-boot-config`, and waits until it listens. */
  static async command(
    args: string[],
    address: {host: string; port: number},
  ): Promise<Program> {
    const command = join(projectRoot, 'bin', 'ironic-boot-config.js');
    return Program.node([command, ...args], {}, address);
  }

  /** Starts a script in Node.js, and waits until it listens. */
  static async node(
    args: string[],
    env: NodeJS.ProcessEnv,
    address: {host: string; port: number},
  ): Promise<Program> {
    return Program.start(process.execPath, args, env, address);
  }

  /** Starts any program, and waits until it listens. */
  static async start(
    file: string,
    args: string[],
    env: NodeJS.ProcessEnv,
    {host, port}: {host: string; port: number},
  ): Promise<Program> {
    const child = spawn(file, args, {
      env: {...process.env, NODE_ENV: 'production', ...env},
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    const program = new Program(
      child,
      atExit(() => child.kill('SIGKILL')),
    );
    const end = performance.now() + PATIENCE_MILLISECONDS;
    while (!(await listens(host, port))) {
      if (child.exitCode !== null || performance.now() > end) {
        throw new Error(`${args.join(' ')} does not listen`);
      }
      await sleep(20);
    }
    return program;
  }

  /** Resident memory in MB. */
  get memory(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
  }

  async stop(): Promise<void> {
    this.forget();
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}

async function listens(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
