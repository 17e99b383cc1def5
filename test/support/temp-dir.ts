import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {atExit} from './at-exit';

// A process that was just killed may still hold the directory for a moment.
const REMOVE = {recursive: true, force: true, maxRetries: 5, retryDelay: 20};

/** A directory of a test's own, removed at the latest with the test process. */
export class TempDir {
  private readonly keep: () => void;

  private constructor(readonly path: string) {
    this.keep = atExit(() => fs.rmSync(this.path, REMOVE));
  }

  static async create(prefix = 'boot-config-'): Promise<TempDir> {
    // The real path, since the system's temporary directory may be a link.
    const parent = await fs.promises.realpath(os.tmpdir());
    return new TempDir(await fs.promises.mkdtemp(path.join(parent, prefix)));
  }

  /** The path of `name` in this directory; nothing is created. */
  join(...name: string[]): string {
    return path.join(this.path, ...name);
  }

  /** Writes a file, its directories included, and returns its path. */
  async write(name: string, content: string | Uint8Array): Promise<string> {
    const file = this.join(name);
    await fs.promises.mkdir(path.dirname(file), {recursive: true});
    await fs.promises.writeFile(file, content);
    return file;
  }

  async remove(): Promise<void> {
    await fs.promises.rm(this.path, REMOVE);
    this.keep();
  }
}
