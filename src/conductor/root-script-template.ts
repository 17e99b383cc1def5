import {readFile} from 'node:fs/promises';
import {BootConfigOptions, ConfigurationError} from '../config';
import {ROOT_SCRIPT_TEMPLATE} from '../project-files';
import {jinjaTemplateOf} from './jinja-template';
import {renderRootScript, rootScriptView} from './root-script';

// Ironic's own templates, wherever Python's packages are installed.
const IRONICS_TEMPLATE = /(^|\/)ironic\/drivers\/modules\/[^/]+$/;

// What the built-in template begins with, and so all that was rendered from it.
// A template that was made from it has the mark too, and tags besides.
const BUILT_IN_MARK = '# Root script of ironic-boot-config';

/**
 * The finished root script for a configuration.
 *
 * @param isOutput - whether `[pxe] ipxe_boot_script` names what will be written,
 *   for Ironic to render: it may then be missing or empty yet
 * @throws ConfigurationError when the template in `[pxe] ipxe_boot_script`
 *   can't be used
 */
export async function finishedRootScript(
  options: BootConfigOptions,
  {isOutput = false} = {},
): Promise<string> {
  const {ipxe_boot_script: file} = options.pxe;
  try {
    const template = (await ownTemplate(file, isOutput)) ?? (await builtIn());
    const script = renderRootScript(template, rootScriptView(options));
    return isOutput ? jinjaTemplateOf(script) : script;
  } catch (error) {
    throw unusable(file, error as Error);
  }
}

/** The operator's own template; `undefined` where there is none. */
async function ownTemplate(
  file: string | undefined,
  isOutput: boolean,
): Promise<string | undefined> {
  if (!file || IRONICS_TEMPLATE.test(file)) return undefined;
  const template = await readFile(file, 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      if (isOutput && error.code === 'ENOENT') return '';
      throw error;
    },
  );
  if (isOutput && template === '') return undefined;
  // [pxe] ipxe_boot_script may name what `boot-script` has written for Ironic;
  // that has to be rendered anew, not to be taken for a template.
  const isRendered =
    template.includes(BUILT_IN_MARK) && !template.includes('{{');
  return isRendered ? undefined : template;
}

async function builtIn(): Promise<string> {
  return readFile(ROOT_SCRIPT_TEMPLATE, 'utf8');
}

function unusable(file: string | undefined, error: Error): ConfigurationError {
  return new ConfigurationError([
    {
      section: 'pxe',
      option: 'ipxe_boot_script',
      value: file,
      expected: `a readable Mustache template of an iPXE script: ${error.message}`,
    },
  ]);
}
