import {utimes} from 'node:fs/promises';
import {TempDir} from '../../../support/temp-dir';

const LONG_AGO = new Date(Date.UTC(2020, 0, 1));

/** Writes a file that nobody seems to have touched for a long while. */
export async function writeAged(
  dir: TempDir,
  name: string,
  content: string | Uint8Array,
): Promise<string> {
  const file = await dir.write(name, content);
  await utimes(file, LONG_AGO, LONG_AGO);
  return file;
}
