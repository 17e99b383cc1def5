import {BigIntStats, lstat} from 'node:fs';
import {statfs} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {FileVersion, isSameVersion} from './file-version';
import {Settled} from './read-settled';

// Scripts have some 2 KB: room for those of more nodes than one conductor has.
const MOST_BYTES = 32 * 1024 * 1024;

/** About what there is besides the text. */
const OVERHEAD_BYTES = 1024;

// The kernel's clock for files goes in ticks of up to 10 ms. A file that was
// last changed longer ago than this when it was read gets another time with
// the next change.
const OLD_MILLISECONDS = 300;

const NANOSECONDS_IN_MILLISECOND = 1_000_000n;
const NANOSECONDS_IN_SECOND = 1_000_000_000n;

// File systems of this machine's own (statfs(2)). Over a network lstat may tell
// of a file as it was seconds ago, where open would ask anew.
const LOCAL_FILE_SYSTEMS = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0x01021994, // tmpfs
  0x794c7630, // overlayfs
]);

const BIGINT = {bigint: true} as const;

interface Kept {
  script: string;
  version: FileVersion;
  /** Of the directory that the file lies in. */
  directory: {dev: bigint; ino: bigint};
  bytes: number;
}

/** A file and its directory as they are now. */
interface Look {
  file: BigIntStats;
  directory: BigIntStats;
}

/**
 * Scripts that were read before, so that a request costs two looks at the file
 * system instead of reading the file anew.
 *
 * Never stale: each request looks itself, after it came, whether the file is
 * the one that was read and unchanged since, in the directory in which it was.
 * Kept is only what would show a change: a script that stood still when it was
 * read, on a file system of this machine with times finer than a second. (A
 * writer that maps the file into its memory need not leave a trace; Ironic has
 * none.)
 */
export class KeptScripts {
  /** By path; who was asked for last comes last. */
  private readonly scripts = new Map<string, Kept>();
  private bytes = 0;

  /** @param root - the directory; may be a link itself */
  constructor(
    private readonly root: string,
    private readonly mostBytes: number = MOST_BYTES,
  ) {}

  /**
   * The script that is in a file now, or `undefined` when it has to be read.
   *
   * @param path - below the root, in its plain form: a directory and a name
   */
  async find(path: string): Promise<string | undefined> {
    const kept = this.scripts.get(path);
    if (!kept) return undefined;
    const look = await this.look(path);
    this.forget(path);
    if (!look || !isAsKept(kept, look)) return undefined;
    this.add(path, kept);
    return kept.script;
  }

  /** Keeps a script, if a change of its file would show. */
  async keep(
    path: string,
    script: string,
    {version, lookedAt}: Settled,
  ): Promise<void> {
    const bytes = 2 * script.length + OVERHEAD_BYTES;
    if (bytes > this.mostBytes || !isTelling(version, lookedAt)) return;
    const {type} = await statfs(join(this.root, path)).catch(() => ({type: 0}));
    const look = await this.look(path);
    if (!look || !LOCAL_FILE_SYSTEMS.has(type)) return;
    const {dev, ino} = look.directory;
    const kept = {script, version, directory: {dev, ino}, bytes};
    if (!isAsKept(kept, look)) return;
    this.forget(path);
    this.add(path, kept);
    for (const oldest of this.scripts.keys()) {
      if (this.bytes <= this.mostBytes) break;
      this.forget(oldest);
    }
  }

  /** `undefined` on errors: whoever reads the file tells why. */
  private look(path: string): Promise<Look | undefined> {
    const place = join(this.root, path);
    return new Promise(resolve => {
      let file: BigIntStats | undefined;
      let directory: BigIntStats | undefined;
      let open = 2;
      const done = () => {
        if (--open > 0) return;
        resolve(file && directory && {file, directory});
      };
      // Not by promises of their own, which cost as much again.
      lstat(place, BIGINT, (_error, stats) => {
        file = stats;
        done();
      });
      lstat(dirname(place), BIGINT, (_error, stats) => {
        directory = stats;
        done();
      });
    });
  }

  private add(path: string, kept: Kept): void {
    this.scripts.set(path, kept);
    this.bytes += kept.bytes;
  }

  private forget(path: string): void {
    this.bytes -= this.scripts.get(path)?.bytes ?? 0;
    this.scripts.delete(path);
  }
}

/** A link in place of either is another file, or not even a directory. */
function isAsKept(kept: Kept, {file, directory}: Look): boolean {
  return (
    isSameVersion(kept.version, file) &&
    directory.isDirectory() &&
    kept.directory.ino === directory.ino &&
    kept.directory.dev === directory.dev
  );
}

/**
 * Whether the next change will be at another time, on a clock that has finer
 * times than seconds.
 *
 * @param lookedAt - before the file was read, milliseconds since the epoch
 */
function isTelling({ctimeNs}: FileVersion, lookedAt: number): boolean {
  const age = lookedAt - Number(ctimeNs / NANOSECONDS_IN_MILLISECOND);
  return age > OLD_MILLISECONDS && ctimeNs % NANOSECONDS_IN_SECOND !== 0n;
}
