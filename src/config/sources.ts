import {existsSync, readdirSync, readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {ConfigurationError, ConfigurationProblem} from './configuration-error';
import {optionsOf, parseIni, Sections} from './ini';

const IRONICS_DIRECTORY = '/etc/ironic';

/** What one `--config-file` or one `--config-dir` names. */
export type ConfigPath = {file: string} | {dir: string};

export interface ConfigurationSources {
  /**
   * Of several, the later wins, as on oslo.config's command line. A directory
   * stands for its `*.conf` files, in order of name.
   */
  paths: ConfigPath[];
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

/** A value as configured. */
export interface Setting {
  text: string;
  /** Where it stands: `FILE:LINE`, the name of a variable, or `--set`. */
  origin: string;
}

/**
 * Reads all sources, each into a layer of its own; the later layer wins.
 *
 * @throws ConfigurationError with every file that can't be read
 */
export function readSources(
  sources: ConfigurationSources,
): Sections<Setting>[] {
  const problems: ConfigurationProblem[] = [];
  const read = <T>(option: string, path: string, what: () => T[]): T[] => {
    try {
      return what();
    } catch (error) {
      problems.push(unreadable(option, path, error as Error));
      return [];
    }
  };
  const files = pathsOf(sources).flatMap(path =>
    'file' in path
      ? [path.file]
      : read('--config-dir', path.dir, () => listConfFiles(path.dir)),
  );
  const layers = files.flatMap(file =>
    read('--config-file', file, () => [readFile(file)]),
  );
  if (problems.length) throw new ConfigurationError(problems);
  return [
    ...layers,
    fromEnvironment(sources.env),
    fromAssignments(sources.assignments),
  ];
}

function pathsOf({
  paths,
  ironicsDirectory = IRONICS_DIRECTORY,
}: ConfigurationSources): ConfigPath[] {
  const file = join(ironicsDirectory, 'ironic.conf');
  const dir = join(ironicsDirectory, 'ironic.conf.d');
  const defaults: ConfigPath[] = [];
  if (!paths.some(path => 'file' in path) && existsSync(file)) {
    defaults.push({file});
  }
  if (!paths.some(path => 'dir' in path) && existsSync(dir)) {
    defaults.push({dir});
  }
  return [...defaults, ...paths];
}

function listConfFiles(dir: string): string[] {
  const path = inHome(dir);
  return readdirSync(path)
    .filter(name => /^[^.].*\.conf$/s.test(name))
    .sort()
    .map(name => join(path, name));
}

const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});

function readFile(file: string): Sections<Setting> {
  const layer: Sections<Setting> = new Map();
  const sections = parseIni(utf8.decode(readFileSync(inHome(file))));
  for (const [section, options] of sections) {
    for (const [name, {text, line}] of options) {
      optionsOf(layer, section).set(name, {text, origin: `${file}:${line}`});
    }
  }
  return layer;
}

/** What a shell makes of `~`, but not behind an equals sign. */
function inHome(path: string): string {
  return path.replace(/^~(?=\/|$)/, () => homedir());
}

function unreadable(
  option: string,
  path: string,
  error: Error,
): ConfigurationProblem {
  return {
    section: 'command line',
    option,
    value: path,
    expected: `readable configuration: ${error.message}`,
  };
}

/** Options in `OS_<GROUP>__<OPTION>` variables, as oslo.config names them. */
function fromEnvironment(env: NodeJS.ProcessEnv): Sections<Setting> {
  const layer: Sections<Setting> = new Map();
  for (const [variable, value] of Object.entries(env)) {
    const match = /^OS_([A-Z0-9_]+?)__([A-Z0-9_]+)$/.exec(variable);
    if (!match) continue;
    const [, section, name] = match;
    optionsOf(layer, section).set(name.toLowerCase(), {
      text: value!,
      origin: variable,
    });
  }
  return layer;
}

function fromAssignments(assignments: string[]): Sections<Setting> {
  const layer: Sections<Setting> = new Map();
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
    const [, section, name, text] = match;
    optionsOf(layer, section).set(name, {text, origin: '--set'});
  }
  return layer;
}
