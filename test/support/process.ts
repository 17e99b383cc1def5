import {ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {Readable} from 'node:stream';
import {atExit} from './at-exit';
import {checkDiscretion} from './discretion';

export interface StartOptions {
  cwd?: string;
  /** Laid over the environment of the test process; undefined takes one out. */
  env?: NodeJS.ProcessEnv;
}

export interface Exit {
  /** Null if a signal ended the process. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child process, killed at the latest with the test process. */
export class TestProcess {
  readonly pid: number;
  readonly stdout: string[] = [];
  readonly stderr: string[] = [];
  /** The lines of both streams in the order of their arrival. */
  readonly lines: string[] = [];
  /** Settles when the process has ended and its output was read; never fails. */
  readonly exited: Promise<Exit>;

  private readonly lineListeners = new Set<(line: string) => void>();

  private constructor(
    private readonly child: ChildProcess & {stdout: Readable; stderr: Readable},
    private readonly title: string,
  ) {
    this.pid = child.pid!;
    this.collect(child.stdout, this.stdout);
    this.collect(child.stderr, this.stderr);
    const forget = atExit(() => this.kill('SIGKILL'));
    this.exited = new Promise(resolve => {
      child.on('close', (code, signal) => {
        forget();
        resolve({code, signal});
      });
    });
  }

  /** Fails if the command cannot be started at all. */
  static async start(
    command: string,
    args: string[] = [],
    {cwd, env}: StartOptions = {},
  ): Promise<TestProcess> {
    const child = spawn(command, args, {
      cwd,
      env: {...process.env, ...env},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new TestProcess(child, [command, ...args].join(' '));
    await once(child, 'spawn');
    return started;
  }

  /** Starts a script with the Node.js that runs the tests. */
  static async node(
    script: string,
    args: string[] = [],
    options?: StartOptions,
  ): Promise<TestProcess> {
    const started = await TestProcess.start(
      process.execPath,
      [script, ...args],
      options,
    );
    started.onStderr(checkDiscretion);
    return started;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Waits for a line of either stream, among those already there too. Fails
   * with the output so far if the process ends or the time is up before.
   */
  async waitForLine(
    pattern: RegExp,
    {timeoutMs = 10000} = {},
  ): Promise<RegExpMatchArray> {
    for (const line of this.lines) {
      const match = line.match(pattern);
      if (match) return match;
    }
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        settle();
        const output = this.lines.join('\n');
        reject(new Error(`${this.title}: ${why} ${pattern}\n${output}`));
      };
      const onLine = (line: string) => {
        const match = line.match(pattern);
        if (!match) return;
        settle();
        resolve(match);
      };
      const timer = setTimeout(
        () => fail(`after ${timeoutMs} ms no line like`),
        timeoutMs,
      );
      const settle = () => {
        clearTimeout(timer);
        this.lineListeners.delete(onLine);
      };
      this.lineListeners.add(onLine);
      void this.exited.then(() => fail('ended without a line like'));
    });
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** SIGTERM, and after `timeoutMs` SIGKILL. */
  async stop({timeoutMs = 5000} = {}): Promise<Exit> {
    this.kill('SIGTERM');
    // A suspended process sees no SIGTERM.
    this.kill('SIGCONT');
    const timer = setTimeout(() => this.kill('SIGKILL'), timeoutMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  private onStderr(listener: (line: string) => void): void {
    createInterface({input: this.child.stderr}).on('line', listener);
  }

  private collect(stream: Readable, lines: string[]) {
    createInterface({input: stream}).on('line', line => {
      lines.push(line);
      this.lines.push(line);
      for (const listener of this.lineListeners) listener(line);
    });
  }
}
