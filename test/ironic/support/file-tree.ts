import {lstat, readdir} from 'node:fs/promises';
import path from 'node:path';

/**
 * A line for each file and directory below `directory`, which differs after
 * anything was written there.
 */
export async function fileTree(directory: string): Promise<string[]> {
  const names = await readdir(directory, {recursive: true});
  const lines = ['.', ...names].sort().map(async name => {
    const {ino, mode, uid, mtimeNs, ctimeNs} = await lstat(
      path.join(directory, name),
      {bigint: true},
    );
    return [name, ino, mode, uid, mtimeNs, ctimeNs].join(' ');
  });
  return Promise.all(lines);
}
