import {constants} from 'node:fs';
import {access, stat} from 'node:fs/promises';
import {join} from 'node:path';
import {inject, LifeCycleObserver, lifeCycleObserver} from '@loopback/core';
import {BootConfigOptions, ConfigurationError} from '../config';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {DRAFT_LIFETIME, removeStaleDrafts} from './drafts';
import {finishedRootScript} from './root-script-template';
import {writeIfChanged} from './write-if-changed';

/**
 * Makes sure at start that the HTTP root can be read, and writes the root
 * script into it. An agent writes nothing, as the HTTP root is Ironic's, and so
 * is the template that `[pxe] ipxe_boot_script` names.
 */
@lifeCycleObserver('httpRoot')
export class HttpRootObserver implements LifeCycleObserver {
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
    await checkDirectory(root);
    const {conductor_port: port, conductor_topic: topic} =
      this.options.boot_config;
    if (port !== undefined || topic !== undefined) return;
    const script = await finishedRootScript(this.options);
    const path = join(root, 'boot.ipxe');
    const {file_permission: mode} = this.options.pxe;
    const written = await writeIfChanged(path, script, mode).catch(error => {
      throw unusable(root, 'a directory that can be written', error as Error);
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
      this.nextSweep = setTimeout(() => void this.sweep(path), DRAFT_LIFETIME);
      this.nextSweep.unref();
    } catch (error) {
      const {message} = error as Error;
      this.logger.warn({path}, `can't remove drafts left behind: ${message}`);
    }
  }
}

async function checkDirectory(root: string): Promise<void> {
  try {
    if (!(await stat(root)).isDirectory()) throw new Error('not a directory');
    await access(root, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw unusable(root, 'a directory that can be read', error as Error);
  }
}

function unusable(
  root: string,
  expected: string,
  error: Error,
): ConfigurationError {
  return new ConfigurationError([
    {
      section: 'deploy',
      option: 'http_root',
      value: root,
      expected: `${expected}: ${error.message}`,
    },
  ]);
}
