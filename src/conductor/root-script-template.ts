import {readFile} from 'node:fs/promises';
import {BootConfigOptions, ConfigurationError} from '../config';
import {ROOT_SCRIPT_TEMPLATE} from '../project-files';
import {renderRootScript, rootScriptView} from './root-script';

// Ironic's own templates, wherever Python's packages are installed.
const IRONICS_TEMPLATE = /(^|\/)ironic\/drivers\/modules\/[^/]+$/;

// What the built-in template begins with, and so all that was rendered from it.
// A template that was made from it has the mark too, and tags besides.
const BUILT_IN_MARK = '# Root script of ironic-boot-config';

/**
 * The finished root script for a configuration.
 *
 * @throws ConfigurationError when the template in `[pxe] ipxe_boot_script`
 *   can't be used
 */
export async function finishedRootScript(
  options: BootConfigOptions,
): Promise<string> {
  const view = rootScriptView(options);
  const {ipxe_boot_script: file} = options.pxe;
  if (file && !IRONICS_TEMPLATE.test(file)) {
    try {
      const template = await readFile(file, 'utf8');
      // [pxe] ipxe_boot_script may name what `boot-script` has written for
      // Ironic; that has to be rendered anew, not to be taken for a template.
      if (!template.includes(BUILT_IN_MARK) || template.includes('{{')) {
        return renderRootScript(template, view);
      }
    } catch (error) {
      throw unusable(file, error as Error);
    }
  }
  return renderRootScript(await readFile(ROOT_SCRIPT_TEMPLATE, 'utf8'), view);
}

function unusable(file: string, error: Error): ConfigurationError {
  return new ConfigurationError([
    {
      section: 'pxe',
      option: 'ipxe_boot_script',
      value: file,
      expected: `a readable Mustache template of an iPXE script: ${error.message}`,
    },
  ]);
}
