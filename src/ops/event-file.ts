import fs from 'node:fs';
import {
  BindingScope,
  inject,
  injectable,
  LifeCycleObserver,
  lifeCycleObserver,
} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {badFile} from '../config/file-option';
import {BootConfigBindings} from '../keys';
import {Logger} from '../logger';
import {BootEvent} from './boot-event';
import {asBootEventSink, BootEventSink} from './boot-event-sink';

// Characters that wait to be written, at most, when the disk is slow.
const MOST_WAITING = 4 * 1024 * 1024;

const MODE = 0o640;

/**
 * Appends events to `[boot_config] event_file`, a line of JSON each.
 *
 * Lines wait in memory while the disk has its time, and are dropped and counted
 * when too many wait or the file can't be written. The file is opened for every
 * batch of lines, so that it may be moved away by others, too.
 */
@injectable(asBootEventSink, {scope: BindingScope.SINGLETON})
@lifeCycleObserver('events', {scope: BindingScope.SINGLETON})
export class EventFile implements BootEventSink, LifeCycleObserver {
  readonly name = 'file';
  dropped = 0;

  private waiting: string[] = [];
  private waitingLength = 0;
  private writing?: Promise<void>;
  private isFailing = false;

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.LOGGER)
    private readonly logger: Logger,
  ) {}

  /** @throws ConfigurationError for a file that can't be written */
  async init(): Promise<void> {
    const file = this.options.boot_config.event_file;
    if (!file) return;
    try {
      await this.append(file, '');
    } catch (error) {
      throw badFile(
        {
          section: 'boot_config',
          option: 'event_file',
          value: file,
          expected: 'a file that can be written',
        },
        (error as Error).message,
      );
    }
  }

  take(event: BootEvent): void {
    const file = this.options.boot_config.event_file;
    if (!file) return;
    const line = `${JSON.stringify(event)}\n`;
    if (this.waitingLength + line.length > MOST_WAITING) {
      this.dropped += 1;
      return;
    }
    this.waiting.push(line);
    this.waitingLength += line.length;
    this.writing ??= this.write(file);
  }

  /** Writes what waits. */
  async stop(): Promise<void> {
    await this.writing;
  }

  /** Until nothing waits any more; never throws. */
  private async write(file: string): Promise<void> {
    while (this.waiting.length) {
      const lines = this.waiting;
      this.waiting = [];
      this.waitingLength = 0;
      try {
        await this.append(file, lines.join(''));
        this.isFailing = false;
      } catch (err) {
        this.dropped += lines.length;
        if (!this.isFailing) {
          this.logger.error({err, file}, 'events can not be written');
        }
        this.isFailing = true;
      }
    }
    this.writing = undefined;
  }

  private async append(file: string, text: string): Promise<void> {
    const handle = await fs.promises.open(
      file,
      // Without the last one, a pipe that nobody reads would hold a thread.
      fs.constants.O_WRONLY |
        fs.constants.O_APPEND |
        fs.constants.O_CREAT |
        fs.constants.O_NONBLOCK,
      MODE,
    );
    let size: number;
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new Error('it is no regular file');
      await handle.appendFile(text);
      size = stat.size + Buffer.byteLength(text);
    } finally {
      await handle.close();
    }
    if (size >= this.options.boot_config.event_file_size) {
      await this.rotate(file);
    }
  }

  private async rotate(file: string): Promise<void> {
    const {event_file_count: count} = this.options.boot_config;
    if (count === 0) return fs.promises.unlink(file);
    for (let number = count; number > 1; number--) {
      await moveIfThere(`${file}.${number - 1}`, `${file}.${number}`);
    }
    await moveIfThere(file, `${file}.1`);
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await fs.promises.rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
