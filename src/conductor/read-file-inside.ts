import {constants} from 'node:fs';
import {FileHandle, open, realpath, stat} from 'node:fs/promises';
import {join} from 'node:path';

/** A file that is there and may not be read. */
export class Refused extends Error {}

// No link in the last part of the path, no wait for the writer of a FIFO.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

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
): Promise<Buffer> {
  const expected = join(await realpath(root), path);
  const file = await open(expected, FLAGS).catch(refuseLink);
  try {
    await checkFile(file, expected, maxSize);
    return await read(file, maxSize);
  } finally {
    await file.close();
  }
}

function refuseLink(error: NodeJS.ErrnoException): never {
  throw error.code === 'ELOOP' ? new Refused('it is a symbolic link') : error;
}

async function checkFile(
  file: FileHandle,
  expected: string,
  maxSize: number,
): Promise<void> {
  const opened = await file.stat();
  if (!opened.isFile()) throw new Refused('it is not a regular file');
  if (opened.nlink > 1) {
    throw new Refused('it has another name, which may lie outside the root');
  }
  if (opened.size > maxSize) {
    throw new Refused(
      `it has ${opened.size} bytes, [boot_config] max_script_size allows ${maxSize}`,
    );
  }
  // A directory on the way may be a link; then the file is another one than
  // that which the path without links leads to.
  const reached = await realpath(expected);
  if (reached !== expected) throw new Refused('a link leads out of the root');
  const there = await stat(reached);
  if (there.ino !== opened.ino || there.dev !== opened.dev) {
    throw new Refused('it changed its place while it was read');
  }
}

/** At most one byte more than allowed, as the file may grow meanwhile. */
async function read(file: FileHandle, maxSize: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for (;;) {
    const {bytesRead, buffer} = await file.read({
      buffer: Buffer.allocUnsafe(Math.min(16 * 1024, maxSize + 1 - size)),
    });
    if (bytesRead === 0) return Buffer.concat(chunks, size);
    size += bytesRead;
    if (size > maxSize) throw new Refused('it grew beyond max_script_size');
    chunks.push(buffer.subarray(0, bytesRead));
  }
}
