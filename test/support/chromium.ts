import {ChildProcess, spawn} from 'node:child_process';
import {Readable, Writable} from 'node:stream';
import {atExit} from './at-exit';
import {TempDir} from './temp-dir';

interface Reply {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: {message: string};
}

/**
 * A page in Chromium, over the DevTools protocol: messages of JSON that end in
 * NUL, through pipes.
 */
export class Chromium {
  /** What the page had to complain of: errors, refused resources. */
  readonly complaints: string[] = [];

  private readonly waiting = new Map<number, (reply: Reply) => void>();
  private lastId = 0;
  private text = '';
  private session?: string;
  private readonly forget: () => void;

  private constructor(
    private readonly child: ChildProcess,
    private readonly profile: TempDir,
  ) {
    this.forget = atExit(() => child.kill('SIGKILL'));
    (child.stdio[4] as Readable)
      .setEncoding('utf8')
      .on('data', (chunk: string) => this.receive(chunk));
  }

  static async start(): Promise<Chromium> {
    const profile = await TempDir.create();
    const child = spawn(
      'chromium',
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--no-first-run',
        '--remote-debugging-pipe',
        `--user-data-dir=${profile.path}`,
        '--window-size=1280,900',
      ],
      {stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']},
    );
    const browser = new Chromium(child, profile);
    const {targetId} = await browser.send('Target.createTarget', {
      url: 'about:blank',
    });
    const {sessionId} = await browser.send('Target.attachToTarget', {
      targetId,
      flatten: true,
    });
    browser.session = sessionId as string;
    for (const domain of ['Page', 'Runtime', 'Log', 'Accessibility']) {
      await browser.send(`${domain}.enable`);
    }
    return browser;
  }

  async open(url: string): Promise<void> {
    await this.send('Page.navigate', {url});
  }

  /** The value of an expression in the page. */
  async evaluate<T>(expression: string): Promise<T> {
    const {result, exceptionDetails} = (await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    })) as {result: {value: T}; exceptionDetails?: {exception: object}};
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return result.value;
  }

  /** Presses a key, as `KeyboardEvent.key` names it. */
  async press(key: string): Promise<void> {
    const keyCodes: Record<string, number> = {
      Tab: 9,
      Enter: 13,
      Escape: 27,
      End: 35,
      Home: 36,
      ArrowDown: 40,
    };
    const event = {key, code: key, windowsVirtualKeyCode: keyCodes[key]};
    const text = key === 'Enter' ? {text: '\r'} : {};
    await this.send('Input.dispatchKeyEvent', {
      type: text.text ? 'keyDown' : 'rawKeyDown',
      ...event,
      ...text,
    });
    await this.send('Input.dispatchKeyEvent', {type: 'keyUp', ...event});
  }

  async type(text: string): Promise<void> {
    await this.send('Input.insertText', {text});
  }

  /** What a screen reader is told: role and name of everything. */
  async accessible(): Promise<string[]> {
    const {nodes} = (await this.send('Accessibility.getFullAXTree')) as {
      nodes: {role?: {value: string}; name?: {value: string}}[];
    };
    return nodes.map(({role, name}) => `${role?.value} ${name?.value ?? ''}`);
  }

  /** As the system's preference. */
  async prefer(scheme: 'light' | 'dark'): Promise<void> {
    await this.send('Emulation.setEmulatedMedia', {
      features: [{name: 'prefers-color-scheme', value: scheme}],
    });
  }

  /** A picture of the page in PNG. */
  async picture(): Promise<Buffer> {
    const {data} = await this.send('Page.captureScreenshot');
    return Buffer.from(data as string, 'base64');
  }

  async stop(): Promise<void> {
    const exited = new Promise(resolve => this.child.once('exit', resolve));
    this.child.kill('SIGKILL');
    await exited;
    this.forget();
    await this.profile.remove();
  }

  private async send(
    method: string,
    params: object = {},
  ): Promise<Record<string, unknown>> {
    const id = ++this.lastId;
    const message = {id, method, params, sessionId: this.session};
    (this.child.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    const {result, error} = await new Promise<Reply>(resolve =>
      this.waiting.set(id, resolve),
    );
    if (error) throw new Error(`${method}: ${error.message}`);
    return result!;
  }

  private receive(chunk: string): void {
    const messages = (this.text + chunk).split('\0');
    this.text = messages.pop()!;
    for (const message of messages) this.take(JSON.parse(message) as Reply);
  }

  private take(reply: Reply): void {
    if (reply.id) {
      this.waiting.get(reply.id)?.(reply);
      this.waiting.delete(reply.id);
    } else if (
      ['Runtime.exceptionThrown', 'Log.entryAdded'].includes(reply.method!)
    ) {
      this.complaints.push(JSON.stringify(reply.params));
    }
  }
}
