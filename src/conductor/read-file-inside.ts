import {constants, realpath as realpathCallback} from 'node:fs';
import {FileHandle, open, readlink} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {FileVersion} from './file-version';

/** A file that is there and may not be read. */
export class Refused extends Error {}

/** What one look at a file showed. */
export interface Reading {
  bytes: Buffer;
  /**
   * Time of the last change of its content, milliseconds since the epoch, with
   * as many digits as the file system has.
   */
  modifiedAt: number;
  /** What it was at the end. */
  version: FileVersion;
  /** Whether it was another file at the end than at the beginning. */
  changed: boolean;
}

// No link in the last part of the path, no wait for the writer of a FIFO.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const CHUNK_SIZE = 16 * 1024;

const NANOSECONDS_IN_MILLISECOND = 1e6;

const realpath = promisify(realpathCallback.native);

/**
 * Reads a regular file below a directory. Links, FIFOs, devices, and whatever
 * lies outside the directory behind a link on the way are refused.
 *
 * @param root - the directory; may be a link itself
 * @param path - below `root`, in its plain form
 * @param maxSize - in bytes
 * @throws Refused, or the file system's error
 */
export async function readFileInside(
  root: string,
  path: string,
  maxSize: number,
): Promise<Reading> {
  const expected = join(await realpath(root), path);
  const file = await open(expected, FLAGS).catch(refuseLink);
  try {
    const before = await file.stat({bigint: true});
    if (!before.isFile()) throw new Refused('it is not a regular file');
    if (before.nlink > 1n) {
      throw new Refused('it has another name, which may lie outside the root');
    }
    if (before.size > maxSize) throw tooLarge(before.size, maxSize);
    const placed = (await placeOf(file, expected)) === expected;
    // One that was removed or replaced meanwhile is at no place any more.
    if (!placed && (await file.stat()).nlink > 0) {
      throw new Refused('a link on the way to it leads elsewhere');
    }
    const bytes = await readUpTo(file, maxSize);
    const after = await file.stat({bigint: true});
    const {dev, ino, size, mtimeNs, ctimeNs} = after;
    return {
      bytes,
      version: {dev, ino, size, mtimeNs, ctimeNs},
      modifiedAt: Number(mtimeNs) / NANOSECONDS_IN_MILLISECOND,
      changed:
        !placed || before.mtimeNs !== mtimeNs || size !== BigInt(bytes.length),
    };
  } finally {
    await file.close();
  }
}

function refuseLink(error: NodeJS.ErrnoException): never {
  throw error.code === 'ELOOP' ? new Refused('it is a symbolic link') : error;
}

function tooLarge(size: bigint, maxSize: number): Refused {
  return new Refused(
    `it has ${size} bytes, [boot_config] max_script_size allows ${maxSize}`,
  );
}

/**
 * Where an open file really lies, all links resolved. Linux knows it of the
 * open file, so that nobody can exchange a directory for a link in between.
 */
async function placeOf(file: FileHandle, path: string): Promise<string> {
  try {
    return await readlink(`/proc/self/fd/${file.fd}`);
  } catch {
    return realpath(path);
  }
}

/** Of a file that grows, a byte more than allowed is enough to know. */
async function readUpTo(file: FileHandle, maxSize: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const length = Math.min(CHUNK_SIZE, maxSize + 1 - size);
    const buffer = Buffer.allocUnsafe(length);
    const {bytesRead} = await file.read(buffer, 0, length, size);
    if (bytesRead === 0) return Buffer.concat(chunks, size);
    size += bytesRead;
    if (size > maxSize) throw tooLarge(BigInt(size), maxSize);
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
