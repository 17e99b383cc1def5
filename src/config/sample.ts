import {Option, OPTIONS, Section} from './options';
import {formatValue} from './option-types';

// As oslo-config-generator wraps by default.
const WIDTH = 70;

const IRONIC = 'ironic';
const OURS = 'ironic-boot-config';

/** A sample ironic.conf of all options, in the form of oslo-config-generator. */
export function sampleConf(): string {
  return (Object.keys(OPTIONS) as Section[]).map(sampleOf).join('\n');
}

function sampleOf(section: Section): string {
  const options = Object.entries(OPTIONS[section] as OptionsByName);
  const isOurs = ({ours}: Option<unknown>) => ours || section === 'boot_config';
  return [
    `[${section}]\n`,
    ...sampleFrom(
      IRONIC,
      options.filter(([, option]) => !isOurs(option)),
    ),
    ...sampleFrom(
      OURS,
      options.filter(([, option]) => isOurs(option)),
    ),
  ].join('\n');
}

type OptionsByName = Record<string, Option<unknown>>;

function sampleFrom(
  namespace: string,
  options: [string, Option<unknown>][],
): string[] {
  if (!options.length) return [];
  return [
    `#\n# From ${namespace}\n#\n`,
    ...options.map(([name, option]) => sampleOption(name, option)),
  ];
}

function sampleOption(name: string, option: Option<unknown>): string {
  const {type, help, mutable, sampleDefault} = option;
  const lines = [
    ...wrapped(`${help} (${type.typeName})`),
    ...(type.min === undefined ? [] : [`Minimum value: ${type.min}`]),
    ...(type.max === undefined ? [] : [`Maximum value: ${type.max}`]),
    ...(type.choices ? ['Possible values:', ...type.choices] : []),
    ...(mutable
      ? ['Note: This option can be changed without restarting.']
      : []),
    ...(sampleDefault === undefined
      ? []
      : [
          '',
          'This option has a sample default set, which means that',
          'its actual default value may vary from the one documented',
          'below.',
        ]),
  ].map(line => `# ${line}`.trimEnd());
  const value = sampleDefault ?? formatDefault(option);
  return [...lines, `#${name} = ${value}`, ''].join('\n');
}

/** Booleans in the case that oslo-config-generator has. */
function formatDefault({type, default: value}: Option<unknown>): string {
  return typeof value === 'boolean' ? String(value) : formatValue(type, value);
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && `# ${line} ${word}`.length <= WIDTH) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else {
      lines.push(word);
    }
  }
  return lines;
}
