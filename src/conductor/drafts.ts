import {randomUUID} from 'node:crypto';
import {lstat, readdir, rm} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {isUuid} from './uuid';

/**
 * Milliseconds after its last change from which on a draft is nobody's any
 * more. Writing one takes less than a second.
 */
export const DRAFT_LIFETIME = 60_000;

const SUFFIX = '.tmp';

/** A name, of its own, for what is to become the file at `path`. */
export function draftOf(path: string): string {
  return `${path}.${randomUUID()}${SUFFIX}`;
}

/**
 * Removes the drafts of a file that processes have left behind which were
 * killed while they wrote. A younger one may be that of a process which writes
 * at this moment, here or on another machine with the same disk.
 *
 * @returns the paths of those removed, and of the younger ones
 */
export async function removeStaleDrafts(
  path: string,
): Promise<{removed: string[]; younger: string[]}> {
  const removed: string[] = [];
  const younger: string[] = [];
  const oldest = Date.now() - DRAFT_LIFETIME;
  for (const draft of await draftsOf(path)) {
    const found = await lstat(draft).catch(() => undefined /* renamed */);
    if (!found?.isFile()) continue;
    if (found.mtimeMs > oldest) {
      younger.push(draft);
    } else {
      await rm(draft, {force: true});
      removed.push(draft);
    }
  }
  return {removed, younger};
}

async function draftsOf(path: string): Promise<string[]> {
  const directory = dirname(path);
  const prefix = `${basename(path)}.`;
  const names = await readdir(directory);
  return names
    .filter(name => name.startsWith(prefix) && name.endsWith(SUFFIX))
    .filter(name => isUuid(name.slice(prefix.length, -SUFFIX.length)))
    .map(name => join(directory, name));
}
