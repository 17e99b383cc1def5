import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {ConfigurationError, ConfigurationProblem} from './configuration-error';
import {IniValues, optionsOf, parseIni} from './ini';
import {optionAt, problemOf} from './option-problem';
import {BootConfigConfig, LOGIN_OPTIONS, OPTIONS, Section} from './options';
import {substitute} from './substitute';

const IRONICS_DIRECTORY = '/etc/ironic';

type OptionDefault = string | number | boolean;

/** Options of Ironic's that are only referred to, with Debian's defaults. */
const REFERRED = new Map([
  ['pybasedir', '/usr/lib/python3/dist-packages/ironic'],
  ['bindir', '/usr/bin'],
  ['state_path', '/var/lib/ironic'],
]);

/** Nothing sound refers to itself through this many options. */
const MAX_REFERENCES = 20;

export interface ConfigurationSources {
  /** Of several files, the later wins. */
  files: string[];
  /** Directories whose `*.conf` files come after `files`, in order of name. */
  dirs: string[];
  /** `OS_<GROUP>__<OPTION>` variables come above all files. */
  env: NodeJS.ProcessEnv;
  /** `section.option=value`, above everything else. */
  assignments: string[];
  /**
   * Directory of the `ironic.conf` that is read where no file is named, and of
   * the `ironic.conf.d` that is read where no directory is, below all others.
   * Neither needs to exist.
   *
   * @default /etc/ironic
   */
  ironicsDirectory?: string;
}

/**
 * Reads those options that are used from an ironic.conf and what lies above it.
 * All others are Ironic's, and ignored.
 *
 * @throws ConfigurationError when a file can't be read, or refers to an option
 *   that has no value
 */
export function readIronicConf(
  sources: ConfigurationSources,
): BootConfigConfig {
  const layers = [
    ...filesOf(sources).map(readFile),
    fromEnvironment(sources.env),
    fromAssignments(sources.assignments),
  ];
  const values = new Values(layers);
  const problems: ConfigurationProblem[] = [];
  const config: Record<string, Record<string, string>> = {};
  for (const section of values.sectionsInUse()) {
    config[section] = {};
    for (const name of values.namesInUse(section)) {
      const source = values.sourceOf(section, name);
      try {
        config[section][name] = values.get(source, name)!;
      } catch (error) {
        problems.push(
          problemOf(
            section,
            name,
            values.raw(source, name),
            `references to options that are set: ${(error as Error).message}`,
          ),
        );
      }
    }
  }
  if (problems.length) throw new ConfigurationError(problems);
  return config;
}

function filesOf({
  files,
  dirs,
  ironicsDirectory = IRONICS_DIRECTORY,
}: ConfigurationSources): string[] {
  const file = join(ironicsDirectory, 'ironic.conf');
  const dir = join(ironicsDirectory, 'ironic.conf.d');
  return [
    ...(!files.length && existsSync(file) ? [file] : []),
    ...(!dirs.length && existsSync(dir) ? listConfFiles(dir) : []),
    ...files,
    ...dirs.flatMap(listConfFiles),
  ];
}

function listConfFiles(dir: string): string[] {
  try {
    return readdirSync(dir)
      .filter(name => /^[^.].*\.conf$/s.test(name))
      .sort()
      .map(name => join(dir, name));
  } catch (error) {
    throw unreadable('--config-dir', dir, error as Error);
  }
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

function readFile(file: string): IniValues {
  try {
    return parseIni(utf8.decode(readFileSync(file)));
  } catch (error) {
    throw unreadable('--config-file', file, error as Error);
  }
}

function unreadable(
  option: string,
  path: string,
  error: Error,
): ConfigurationError {
  return new ConfigurationError([
    {
      section: 'command line',
      option,
      value: path,
      expected: `readable configuration: ${error.message}`,
    },
  ]);
}

/** Options in `OS_<GROUP>__<OPTION>` variables, as oslo.config names them. */
function fromEnvironment(env: NodeJS.ProcessEnv): IniValues {
  const values: IniValues = new Map();
  for (const [variable, value] of Object.entries(env)) {
    const match = /^OS_([A-Z0-9_]+?)__([A-Z0-9_]+)$/.exec(variable);
    if (!match) continue;
    const [, section, name] = match;
    optionsOf(values, section).set(name.toLowerCase(), value!);
  }
  return values;
}

function fromAssignments(assignments: string[]): IniValues {
  const values: IniValues = new Map();
  for (const assignment of assignments) {
    const match = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(assignment);
    if (!match) {
      throw new ConfigurationError([
        {
          section: 'command line',
          option: '--set',
          value: assignment,
          expected: 'SECTION.OPTION=VALUE',
        },
      ]);
    }
    const [, section, name, value] = match;
    optionsOf(values, section).set(name, value);
  }
  return values;
}

/** Several layers of values, seen as one. */
class Values {
  constructor(private readonly layers: IniValues[]) {}

  sectionsInUse(): Section[] {
    return Object.keys(OPTIONS) as Section[];
  }

  /** Options of the table; in `[boot_config]` all, so that typos are seen. */
  namesInUse(section: Section): string[] {
    const sources = [section, this.sourceOf(section, 'auth_type')];
    const configured = this.layers.flatMap(layer =>
      sources.flatMap(source => [...(layer.get(source)?.keys() ?? [])]),
    );
    return [...new Set(configured)].filter(
      name =>
        (section === 'boot_config' || Object.hasOwn(OPTIONS[section], name)) &&
        this.raw(this.sourceOf(section, name), name) !== undefined,
    );
  }

  /** The section that an option of `section` is read from. */
  sourceOf(section: Section, name: string): string {
    if (!Object.hasOwn(OPTIONS[section], 'auth_section')) return section;
    if (!LOGIN_OPTIONS.has(name)) return section;
    return this.raw(section, 'auth_section')?.trim() || section;
  }

  raw(section: string, name: string): string | undefined {
    return this.layers
      .findLast(layer => layer.get(section)?.has(name))
      ?.get(section)!
      .get(name);
  }

  get(section: string, name: string, depth = 0): string | undefined {
    if (depth > MAX_REFERENCES) throw new Error('references go in a circle');
    const raw = this.raw(section, name);
    if (raw === undefined) return defaultOf(section, name);
    return substitute(raw, (otherSection, otherName) =>
      otherSection
        ? this.get(otherSection, otherName, depth + 1)
        : // The option's own section first, as oslo.config looks it up.
          (this.get(section, otherName, depth + 1) ??
          this.get('DEFAULT', otherName, depth + 1)),
    );
  }
}

function defaultOf(section: string, name: string): string | undefined {
  const value = optionAt(section, name)?.default as OptionDefault | undefined;
  if (value !== undefined) return `${value}`;
  return section === 'DEFAULT' ? REFERRED.get(name) : undefined;
}
