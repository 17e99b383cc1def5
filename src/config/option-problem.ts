import {ConfigurationProblem} from './configuration-error';
import {MASK} from './mask';
import {Option, OPTIONS, Section} from './options';

/** The option of a section and name, if there is one in the table. */
export function optionAt(
  section: string,
  name: string,
): Option<unknown> | undefined {
  if (!Object.hasOwn(OPTIONS, section)) return undefined;
  const table = OPTIONS[section as Section] as Record<string, Option<unknown>>;
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** What is wrong with an option; the value of a secret one is not shown. */
export function problemOf(
  section: string,
  name: string,
  value: unknown,
  expected: string,
): ConfigurationProblem {
  const secret = value !== undefined && optionAt(section, name)?.secret;
  return {section, option: name, value: secret ? MASK : value, expected};
}
