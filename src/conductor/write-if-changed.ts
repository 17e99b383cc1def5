import {randomUUID} from 'node:crypto';
import {chmod, open, readFile, rename, rm, stat} from 'node:fs/promises';

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
  const draft = `${path}.${randomUUID()}.tmp`;
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
  return true;
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
