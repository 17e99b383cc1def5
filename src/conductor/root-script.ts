import Mustache, {TemplateSpans} from 'mustache';
import {apiRootUrls, BootConfigOptions} from '../config';

/** A link to a node's script is `<prefix>${mac:hexhyp}<suffix>`. */
interface Link {
  prefix: string;
  suffix: string;
}

/** What a template of the root script is rendered with. */
export interface RootScriptView {
  /** In the order in which they are tried. */
  prefixes: Link[];
  useBootConfigApi: boolean;
  fallbackScript?: string;
  /** Milliseconds without progress after which a `chain` is given up. */
  chainTimeout: number;
  /** How often all NICs are tried while no API answers. */
  attempts: number;
  /** Seconds between these. */
  pause: number;
}

// Together a little over a minute: longer than an API takes to restart, and
// short beside the hours that a machine with no script would otherwise lose.
const ATTEMPTS = 10;
const PAUSE = 6;

const KNOWN_TAGS: ReadonlySet<string> = new Set<
  keyof RootScriptView | keyof Link
>([
  'prefixes',
  'prefix',
  'suffix',
  'useBootConfigApi',
  'fallbackScript',
  'chainTimeout',
  'attempts',
  'pause',
]);

/** The view of the root script for a configuration. */
export function rootScriptView(options: BootConfigOptions): RootScriptView {
  const {pxe, boot_config: own} = options;
  const links = pxe.ipxe_use_boot_config_api
    ? apiRootUrls(options).map(root => ({
        prefix: `${root}/v1/boot/`,
        suffix: '/boot.ipxe',
      }))
    : // Relative to the root script itself, as Ironic links.
      [{prefix: `${pxe.pxe_config_subdir}/`, suffix: ''}];
  return {
    prefixes: links,
    useBootConfigApi: pxe.ipxe_use_boot_config_api,
    fallbackScript: pxe.ipxe_fallback_script,
    chainTimeout: Math.round(own.chain_timeout * 1000),
    attempts: ATTEMPTS,
    pause: PAUSE,
  };
}

/**
 * Renders the root script, `boot.ipxe`.
 *
 * @param template - in Mustache
 * @throws Error when the template is not one for Mustache, or what comes out
 *   is no iPXE script
 */
export function renderRootScript(
  template: string,
  view: RootScriptView,
): string {
  if (template.includes('{%')) {
    throw new Error(
      'the template has Jinja\'s "{%" in it; a template in Mustache is needed',
    );
  }
  const unknown = tagsOf(Mustache.parse(template)).find(
    tag => !KNOWN_TAGS.has(tag),
  );
  if (unknown) {
    throw new Error(
      `the template has a tag {{${unknown}}}; known are ${[...KNOWN_TAGS].join(', ')}`,
    );
  }
  const script = Mustache.render(template, view);
  if (!/^#![ig]pxe\s/.test(script)) {
    throw new Error('what it renders to does not begin with #!ipxe');
  }
  return script;
}

/** Kinds of Mustache's tokens that stand for a tag with a name. */
const NAMED = new Set(['name', '&', '#', '^', '>']);

/** Names in the tags of a parsed template, those in sections too. */
function tagsOf(tokens: TemplateSpans): string[] {
  return tokens.flatMap(([kind, name, , , inner]) => [
    ...(NAMED.has(kind) ? [name] : []),
    ...(Array.isArray(inner) ? tagsOf(inner) : []),
  ]);
}
