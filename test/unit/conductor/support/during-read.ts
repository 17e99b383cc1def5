import {FileHandle, open} from 'node:fs/promises';

interface Handles {
  stat: FileHandle['stat'];
}

/**
 * Does something at the one moment of `work` at which a file was opened and
 * measured but not read. Fails if there was no such moment.
 */
export async function duringRead<T>(
  change: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  const handle = await open(__filename);
  const handles = Object.getPrototypeOf(handle) as Handles;
  await handle.close();
  const {stat} = handles;
  let changed = false;
  handles.stat = async function (this: FileHandle, ...args) {
    const stats = await stat.apply(this, args);
    if (!changed) {
      changed = true;
      await change();
    }
    return stats;
  } as FileHandle['stat'];
  try {
    const result = await work();
    if (!changed) throw new Error('no file was opened and measured');
    return result;
  } finally {
    handles.stat = stat;
  }
}
