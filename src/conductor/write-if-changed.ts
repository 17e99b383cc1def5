import {chmod, open, readFile, rename, rm, stat} from 'node:fs/promises';
import {draftOf} from './drafts';

/**
 * Writes a file so that whoever reads it meanwhile sees the old or the new
 * content whole, and so that a crash leaves one of them. Does nothing when the
 * content is the same already.
 *
 * @param mode - permission bits
 * @returns whether anything was written
 */
export async function writeIfChanged(
  path: string,
  content: string,
  mode: number,
): Promise<boolean> {
  if (await holds(path, content, mode)) return false;
  await replace(path, content, mode).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    // Whoever took the draft for one that was left behind has removed it: the
    // disk must have stood still.
    return replace(path, content, mode);
  });
  return true;
}

async function replace(
  path: string,
  content: string,
  mode: number,
): Promise<void> {
  const draft = draftOf(path);
  try {
    const file = await open(draft, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    // The umask has taken from the mode at open.
    await chmod(draft, mode);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, {force: true});
    throw error;
  }
}

async function holds(
  path: string,
  content: string,
  mode: number,
): Promise<boolean> {
  try {
    const {mode: present} = await stat(path);
    return (
      (present & 0o7777) === mode && (await readFile(path, 'utf8')) === content
    );
  } catch {
    return false;
  }
}
