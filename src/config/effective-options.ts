import {ConfigurationProblem, textOf} from './configuration-error';
import {IronicConf, SetOption} from './ironic-conf';
import {MASK, maskUrlPasswords} from './mask';
import {formatValue} from './option-types';
import {Option, OPTIONS, Section} from './options';
import {examineOptions} from './resolve-options';
import {meant} from './spelling';

/** An option as it takes effect; nothing in it is secret. */
export interface EffectiveOption {
  section: string;
  option: string;
  /** As ironic.conf has it; `null`: not set. */
  value: string | null;
  /** `FILE:LINE`, the name of a variable, `--set`, or `default`. */
  origin: string;
  /** What was expected, where the value can't be used. */
  expected?: string;
}

/** An option that nobody reads and that looks like one that is read. */
export interface Misspelling extends SetOption {
  /** `[section] name` of what it may have been meant to be. */
  meant: string;
}

/** All options of the table. */
export function effectiveOptions(conf: IronicConf): EffectiveOption[] {
  const {config, problems} = conf.used();
  const examined = examineOptions(config);
  problems.push(...examined.problems);
  return (Object.keys(OPTIONS) as Section[]).flatMap(section => {
    const table = OPTIONS[section] as Record<string, Option<unknown>>;
    const values = examined.options[section] as Record<string, unknown>;
    return Object.entries(table).map(([name, option]): EffectiveOption => {
      const bad = problems.find(
        p => p.section === section && p.option === name,
      );
      const secret = conf.isSecret(section, name);
      return {
        section,
        option: name,
        value: bad
          ? printableBad(conf.withoutSecret(bad))
          : printable(option, values[name], secret),
        origin: conf.originOf(section, name) ?? 'default',
        ...(bad && {expected: bad.expected}),
      };
    });
  });
}

function printable(
  {type, masked}: Option<unknown>,
  value: unknown,
  secret: boolean,
): string | null {
  if (value === undefined) return null;
  if (masked) return masked(value as string);
  if (secret) return MASK;
  // Item by item, since more is masked than has to be.
  return Array.isArray(value)
    ? value.map(item => maskUrlPasswords(String(item))).join(',')
    : maskUrlPasswords(formatValue(type, value));
}

function printableBad({value}: ConfigurationProblem): string | null {
  return value === undefined ? null : textOf(value);
}

/**
 * What is set and looks like a misspelt option of the table, or stands in a
 * misspelt section of it.
 */
export function misspellings(conf: IronicConf): Misspelling[] {
  // In our own section whatever is unknown is a problem.
  const unknown = conf.unknown().filter(set => set.section !== 'boot_config');
  return unknown.flatMap(set => {
    const {section, option: name} = set;
    const table = Object.hasOwn(OPTIONS, section)
      ? section
      : meant(section, Object.keys(OPTIONS));
    if (table === undefined) return [];
    const names = Object.keys(OPTIONS[table as Section]);
    const known = names.includes(name) ? name : meant(name, names);
    return known ? [{...set, meant: `[${table}] ${known}`}] : [];
  });
}
