import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {
  inject,
  injectable,
  LifeCycleObserver,
  lifeCycleObserver,
} from '@loopback/core';
import {BootConfigOptions, checkAll, ConfigurationError} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {asReconfigurable, Reconfigurable, TakeOver} from '../reconfiguration';
import {DRAFT_LIFETIME, removeStaleDrafts} from './drafts';
import {finishedRootScript} from './root-script-template';
import {writeIfChanged} from './write-if-changed';

/**
 * Makes sure before the start that the HTTP root can be used, and writes the
 * root script into it. An agent writes nothing, as the HTTP root is Ironic's, and so
 * is the template that `[pxe] ipxe_boot_script` names.
 */
@lifeCycleObserver('httpRoot')
@injectable(asReconfigurable)
export class HttpRootObserver implements LifeCycleObserver, Reconfigurable {
  private nextSweep?: NodeJS.Timeout;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /** @throws ConfigurationError */
  async init(): Promise<void> {
    const {http_root: root} = this.options.deploy;
    const readable = () =>
      checkDirectory(root, 'read', constants.R_OK | constants.X_OK);
    if (this.isAgent()) return readable();
    await checkAll(
      () =>
        readable().then(() => checkDirectory(root, 'written', constants.W_OK)),
      () => finishedRootScript(this.options),
    );
  }

  /** @throws ConfigurationError */
  async start(): Promise<void> {
    if (this.isAgent()) return;
    await this.write(await finishedRootScript(this.options));
  }

  async prepare(options: BootConfigOptions): Promise<TakeOver> {
    if (this.isAgent()) return () => {};
    const script = await finishedRootScript(options);
    return () => this.write(script);
  }

  private async write(script: string): Promise<void> {
    const {http_root: root} = this.options.deploy;
    const path = join(root, 'boot.ipxe');
    const {file_permission: mode} = this.options.pxe;
    const written = await writeIfChanged(path, script, mode).catch(error => {
      throw unusable(root, 'written', error as Error);
    });
    this.logger.info(
      {path},
      written ? 'root script written' : 'root script is as it has to be',
    );
    await this.sweep(path);
  }

  stop(): void {
    clearTimeout(this.nextSweep);
  }

  /** Removes drafts that nobody writes any more, now or when it is sure. */
  private async sweep(path: string): Promise<void> {
    try {
      const {removed, younger} = await removeStaleDrafts(path);
      for (const draft of removed) {
        this.logger.warn(
          {path: draft},
          'removed a draft of the root script that was left behind',
        );
      }
      if (younger.length === 0) return;
      clearTimeout(this.nextSweep);
      this.nextSweep = setTimeout(() => void this.sweep(path), DRAFT_LIFETIME);
      this.nextSweep.unref();
    } catch (error) {
      const {message} = error as Error;
      this.logger.warn({path}, `can't remove drafts left behind: ${message}`);
    }
  }

  private isAgent(): boolean {
    const {conductor_port: port, conductor_topic: topic} =
      this.options.boot_config;
    return port !== undefined || topic !== undefined;
  }
}

/** What has to be possible with the HTTP root. */
type Use = 'read' | 'written';

async function checkDirectory(
  root: string,
  use: Use,
  mode: number,
): Promise<void> {
  try {
    if (!(await stat(root)).isDirectory()) throw new Error('not a directory');
    await access(root, mode);
  } catch (error) {
    throw unusable(root, use, error as Error);
  }
}

function unusable(root: string, use: Use, error: Error): ConfigurationError {
  return new ConfigurationError([
    {
      section: 'deploy',
      option: 'http_root',
      value: root,
      expected: `a directory that can be ${use}: ${error.message}`,
    },
  ]);
}
