import {readFileSync} from 'node:fs';
import {join} from 'node:path';

/** Directory of the package; this file is in `dist/src` of it. */
export const PACKAGE_ROOT = join(__dirname, '..', '..');

/** Built-in template of the root script. */
export const ROOT_SCRIPT_TEMPLATE = join(
  PACKAGE_ROOT,
  'templates',
  'boot.ipxe.mustache',
);

/** What the operators' page is made of. */
export const OPERATORS_PAGE = join(PACKAGE_ROOT, 'pages');

/** Version of the package. */
export function packageVersion(): string {
  const text = readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8');
  return (JSON.parse(text) as {version: string}).version;
}
