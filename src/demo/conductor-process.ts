import {ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {PACKAGE_ROOT} from '../project-files';
import {DemoConductor} from './demo-deployment';

const PROGRAM = join(PACKAGE_ROOT, 'bin', 'ironic-boot-config.js');

/** A conductor in a process of its own. It ends when this process does. */
export class ConductorProcess {
  private constructor(private readonly child: ChildProcess) {}

  /**
   * Starts one and waits until it listens.
   *
   * @throws Error with what it had to say, when it ends before
   */
  static async start({confFile}: DemoConductor): Promise<ConductorProcess> {
    const child = fork(PROGRAM, ['conductor', '--config-file', confFile], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: withoutOptions(process.env),
    });
    const said: string[] = [];
    for await (const line of createInterface({input: child.stderr!})) {
      said.push(line);
      if (line.includes('listens for JSON-RPC')) {
        child.stderr!.resume();
        return new ConductorProcess(child);
      }
    }
    throw new Error(`a conductor did not start: ${said.join('\n')}`);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode) return;
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await exit;
  }
}

/** The environment without what would come above a conductor's own options. */
function withoutOptions(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('OS_')),
  );
}
