import {
  closeSync,
  futimesSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import {setTimeout as pause} from 'node:timers/promises';

// Rewrites a file again and again until SIGTERM, and leaves it whole. Prints
// what it did, as JSON.

/** How a file is rewritten: what the program takes, as JSON. */
export interface Rewriting {
  file: string;
  /** What it holds, in turn. */
  versions: string[];
  /**
   * `in place`: emptied and filled again, as Ironic does; `renamed`: written
   * beside and moved over it; `removed`: as in place, in a new file each time.
   */
  by: 'in place' | 'renamed' | 'removed';
  /** From the end of one rewriting to the next; default: 2. */
  idleMs?: number;
  /** In the middle of each rewriting; default: none. */
  pauseMs?: number;
  /** Time that a whole version is given; default: none. */
  modifiedAt?: number;
  /** As on a file system that keeps no times but such. */
  wholeSeconds?: boolean;
}

/** What was done to a file. */
export interface Rewritten {
  /** How many times. */
  count: number;
  /** The longest time for which it was half written. */
  longestMs: number;
}

// What Python's open(..., 'w') hands to the system at once.
const CHUNK_SIZE = 8192;

const IDLE_MS = 2;

/** @returns the longest time between two writes, in milliseconds */
async function rewrite(rewriting: Rewriting, version: string): Promise<number> {
  const {file, by, pauseMs, modifiedAt, wholeSeconds} = rewriting;
  if (by === 'removed') rmSync(file, {force: true});
  const target = by === 'renamed' ? `${file}.new` : file;
  const bytes = Buffer.from(version);
  const descriptor = openSync(target, 'w');
  let longest = 0;
  let written = performance.now();
  for (let start = 0; start < bytes.length; start += CHUNK_SIZE) {
    if (start > 0 && pauseMs) await pause(pauseMs);
    writeSync(descriptor, bytes.subarray(start, start + CHUNK_SIZE));
    if (wholeSeconds) {
      const now = Math.floor(Date.now() / 1000);
      futimesSync(descriptor, now, now);
    }
    longest = Math.max(longest, performance.now() - written);
    written = performance.now();
  }
  closeSync(descriptor);
  if (modifiedAt) utimesSync(target, modifiedAt / 1000, modifiedAt / 1000);
  if (by === 'renamed') renameSync(target, file);
  return longest;
}

async function main(rewriting: Rewriting): Promise<void> {
  const {versions, idleMs = IDLE_MS} = rewriting;
  const done: Rewritten = {count: 0, longestMs: 0};
  let stopped = false;
  process.once('SIGTERM', () => (stopped = true));
  while (!stopped) {
    const version = versions[done.count++ % versions.length];
    const longest = await rewrite(rewriting, version);
    done.longestMs = Math.max(done.longestMs, longest);
    await pause(idleMs);
  }
  console.log(JSON.stringify(done));
}

if (require.main === module) {
  void main(JSON.parse(process.argv[2]) as Rewriting);
}
