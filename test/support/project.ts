import fs from 'node:fs';
import path from 'node:path';

/**
 * The directory of the project's sources. Compiled tests need it for files
 * that the compiler does not copy. Where package.json is a link, as beside a
 * build in another place, it is the directory that the link leads to.
 */
export const projectRoot = findProjectRoot(__dirname);

function findProjectRoot(directory: string): string {
  const manifest = path.join(directory, 'package.json');
  if (fs.existsSync(manifest)) return path.dirname(fs.realpathSync(manifest));
  const parent = path.dirname(directory);
  if (parent === directory) {
    throw new Error(`No package.json in ${__dirname} or above`);
  }
  return findProjectRoot(parent);
}
