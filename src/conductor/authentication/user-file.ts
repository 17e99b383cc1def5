import fs from 'node:fs';
import {badFile, FileOption, readFileOption} from '../../config/file-option';
import {Htpasswd, parseHtpasswd} from './htpasswd';

/** The file of users that an option names, read again when it changes. */
export class UserFile {
  private version?: string;
  private users?: Htpasswd;

  constructor(private readonly option: FileOption) {}

  /**
   * The users as they are in the file now.
   *
   * @throws ConfigurationError naming the file and the line
   */
  async read(): Promise<Htpasswd> {
    const version = await this.versionNow();
    if (this.users && version === this.version) return this.users;
    // Nobody is let in by what the file no longer says.
    this.users = undefined;
    const content = await readFileOption(this.option);
    try {
      this.users = parseHtpasswd(content.toString('utf8'));
    } catch (error) {
      throw badFile(this.option, (error as Error).message);
    }
    // Taken before the content: a change in between is seen next time.
    this.version = version;
    return this.users;
  }

  private async versionNow(): Promise<string> {
    try {
      const stat = await fs.promises.stat(this.option.value!, {bigint: true});
      return [stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join();
    } catch (error) {
      this.users = undefined;
      throw badFile(this.option, (error as Error).message);
    }
  }
}
