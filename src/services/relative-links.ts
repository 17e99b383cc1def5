import {commandsOf, Word} from './ipxe-commands';

/** A link that iPXE resolves against the URL that the script came from. */
export interface RelativeLink {
  /** Without user, query and fragment, which may hold secrets. */
  path: string;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
}

/** How the words of a command are to be read. */
interface Syntax {
  /** Options that take a value, by both their names. */
  valued: Record<string, string>;
  /** How many of the words behind the options are links, at most. */
  links: number;
  /** Whether the name of an image that is there already may take their place. */
  takesName: boolean;
}

// From the option tables in hci/commands of iPXE's source.
const IMAGE = {valued: {name: 'n', timeout: 't'}, links: 1};
const DOWNLOAD: Syntax = {...IMAGE, takesName: false};
const ACQUIRE: Syntax = {...IMAGE, takesName: true};
const DIGEST: Syntax = {
  valued: {set: 's'},
  links: Infinity,
  takesName: true,
};
const SAN: Syntax = {
  valued: {drive: 'd', filename: 'f', extra: 'e', label: 'l', uuid: 'u'},
  links: Infinity,
  takesName: false,
};

const COMMANDS = new Map<string, Syntax>([
  ['imgfetch', DOWNLOAD],
  ['initrd', DOWNLOAD],
  ['module', DOWNLOAD],
  ['boot', ACQUIRE],
  ['chain', ACQUIRE],
  ['fdt', ACQUIRE],
  ['imgargs', ACQUIRE],
  ['imgexec', ACQUIRE],
  ['imgextract', ACQUIRE],
  ['imgload', ACQUIRE],
  ['imgselect', ACQUIRE],
  ['kernel', ACQUIRE],
  ['shim', ACQUIRE],
  ['imgdecrypt', {...ACQUIRE, links: 2}],
  [
    'imgverify',
    {valued: {signer: 's', timeout: 't'}, links: 2, takesName: true},
  ],
  ['md5sum', DIGEST],
  ['sha1sum', DIGEST],
  ['sanboot', SAN],
  ['sanhook', SAN],
]);

// parse_uri() in core/uri.c: letters, "-" and "_" before a colon.
const ABSOLUTE = /^[a-z_-]*:/i;

/**
 * The relative links among the files that an iPXE script downloads. A link that
 * begins with a setting (`${base}/kernel`) is not known to be one, nor is what
 * the value of a setting holds.
 */
export function relativeLinks(script: string): RelativeLink[] {
  const downloads = commandsOf(script).flatMap(readDownload);
  const names = new Set(downloads.flatMap(namesOf));
  return downloads.flatMap(({links, takesName}) =>
    links
      .filter(({text}) => !(ABSOLUTE.test(text) || text.startsWith('${')))
      .filter(({text}) => !(takesName && names.has(text)))
      .map(({text, line, column}) => ({
        path: pathOf(text).replace(/^(\/*)[^/]*@/, '$1'),
        line,
        column,
      })),
  );
}

/** A command that downloads. */
interface Download {
  links: Word[];
  takesName: boolean;
  /** What its image is to be called. */
  name?: string;
}

function readDownload(words: Word[]): Download[] {
  // "time" runs the command behind it.
  const [command, ...rest] = words[0].text === 'time' ? words.slice(1) : words;
  const syntax = command && COMMANDS.get(command.text);
  if (!syntax) return [];
  const {operands, values} = readOptions(rest, syntax.valued);
  return [
    {
      links: operands.slice(0, syntax.links),
      takesName: syntax.takesName,
      name: values.get('name'),
    },
  ];
}

/** As getopt_long() in core/getopt.c: the first word that is none ends them. */
function readOptions(
  words: Word[],
  valued: Syntax['valued'],
): {operands: Word[]; values: Map<string, string>} {
  const values = new Map<string, string>();
  let next = 0;
  while (next < words.length && /^-./.test(words[next].text)) {
    const {text} = words[next];
    next += 1;
    if (text === '--') break;
    const [name, value] = text.startsWith('--')
      ? longOption(text, valued)
      : shortOption(text, valued);
    if (name === undefined) continue;
    values.set(name, value ?? words[next]?.text ?? '');
    if (value === undefined) next += 1;
  }
  return {operands: words.slice(next), values};
}

/** Name and value of an option that takes one; the next word is its value. */
type ValuedOption = [name?: string, value?: string];

function longOption(text: string, valued: Syntax['valued']): ValuedOption {
  const [, name, value] = /^--([^=]*)(?:=(.*))?$/s.exec(text)!;
  return Object.hasOwn(valued, name) ? [name, value] : [];
}

/** Several may stand behind one hyphen, the last of them with its value. */
function shortOption(text: string, valued: Syntax['valued']): ValuedOption {
  for (let at = 1; at < text.length; at++) {
    const option = Object.entries(valued).find(([, s]) => s === text[at]);
    if (option) return [option[0], text.slice(at + 1) || undefined];
  }
  return [];
}

/** Names under which the images of a command are found: the files' by default. */
function namesOf({links, takesName, name}: Download): string[] {
  const files = links
    .map(({text}) => ({text, file: pathOf(text).replace(/^.*\//s, '')}))
    // A name alone may be that of an image, and so makes none of it.
    .filter(({text, file}) => file && !(takesName && file === text))
    .map(({file}) => file);
  return name ? [name, ...files] : files;
}

function pathOf(link: string): string {
  return link.replace(/[?#].*$/s, '');
}
