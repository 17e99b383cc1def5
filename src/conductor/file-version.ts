import {BigIntStats} from 'node:fs';

/**
 * Which file something was read from, and which content of it. Whatever changes
 * a file, its permissions or the number of its names moves its `ctime`, which
 * nobody can set.
 */
export type FileVersion = Pick<
  BigIntStats,
  'dev' | 'ino' | 'size' | 'mtimeNs' | 'ctimeNs'
>;

/** Whether both are the same content of the same file. */
export function isSameVersion(one: FileVersion, other: FileVersion): boolean {
  return (
    one.ino === other.ino &&
    one.ctimeNs === other.ctimeNs &&
    one.mtimeNs === other.mtimeNs &&
    one.size === other.size &&
    one.dev === other.dev
  );
}
