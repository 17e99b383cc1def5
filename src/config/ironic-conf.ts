import {
  ConfigurationError,
  ConfigurationProblem,
  withMasks,
} from './configuration-error';
import {Sections} from './ini';
import {MASK, maskUrlPasswords} from './mask';
import {optionAt, problemOf} from './option-problem';
import {BootConfigConfig, LOGIN_OPTIONS, OPTIONS, Section} from './options';
import {ConfigurationSources, readSources, Setting} from './sources';
import {substitute} from './substitute';

type OptionDefault = string | number | boolean;

/** Options of Ironic's that are only referred to, with Debian's defaults. */
const REFERRED = new Map([
  ['pybasedir', '/usr/lib/python3/dist-packages/ironic'],
  ['bindir', '/usr/bin'],
  ['state_path', '/var/lib/ironic'],
]);

/** Nothing sound refers to itself through this many options. */
const MAX_REFERENCES = 20;

/** An option that somebody has set, and where. */
export interface SetOption {
  section: string;
  option: string;
  /** `FILE:LINE`, the name of a variable, or `--set`. */
  origin: string;
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
  return IronicConf.read(sources).config();
}

/** All that is set in an ironic.conf and what lies above it. */
export class IronicConf {
  private constructor(private readonly layers: Sections<Setting>[]) {}

  /** @throws ConfigurationError with every file that can't be read */
  static read(sources: ConfigurationSources): IronicConf {
    return new IronicConf(readSources(sources));
  }

  /**
   * Options of the table, references resolved; in `[boot_config]` all, so that
   * typos are seen.
   *
   * @throws ConfigurationError when one refers to an option that has no value
   */
  config(): BootConfigConfig {
    const {config, problems} = this.used();
    if (problems.length) throw new ConfigurationError(problems);
    return config;
  }

  /** The same for who goes on with what is bad, without which it then is. */
  used(): {config: BootConfigConfig; problems: ConfigurationProblem[]} {
    const problems: ConfigurationProblem[] = [];
    const config: Record<string, Record<string, string>> = {};
    for (const section of Object.keys(OPTIONS) as Section[]) {
      config[section] = {};
      for (const name of this.namesInUse(section)) {
        try {
          config[section][name] = this.get(section, name)!;
        } catch (error) {
          problems.push(
            problemOf(
              section,
              name,
              this.setting(section, name)!.text,
              `references to options that are set: ${(error as Error).message}`,
            ),
          );
        }
      }
    }
    return {config, problems};
  }

  /** Options that are set for a section, there or where its login is. */
  private namesInUse(section: Section): string[] {
    const login = this.sourceOf(section, 'auth_type');
    return [
      ...new Set([...this.namesIn(section), ...this.namesIn(login)]),
    ].filter(
      name =>
        (section === 'boot_config' || optionAt(section, name)) &&
        this.setting(section, name) !== undefined,
    );
  }

  /** The section that an option of `section` is read from. */
  private sourceOf(section: string, name: string): string {
    if (!optionAt(section, 'auth_section') || !LOGIN_OPTIONS.has(name)) {
      return section;
    }
    const login = this.lastOf(section, 'auth_section')?.text.trim();
    return login || section;
  }

  /** Options that are set and not in the table, by section and name. */
  unknown(): SetOption[] {
    const sections = new Set(this.layers.flatMap(layer => [...layer.keys()]));
    return [...sections].flatMap(section =>
      this.namesIn(section)
        .filter(name => !optionAt(section, name))
        .map(option => ({
          section,
          option,
          origin: this.originOf(section, option)!,
        })),
    );
  }

  /** Where the value of an option stands; `undefined` where it is the default. */
  originOf(section: string, name: string): string | undefined {
    return this.setting(section, name)?.origin;
  }

  /** Whether a value has to be kept secret, as one that it refers to may have. */
  isSecret(section: string, option: string): boolean {
    return isSecret(section, option) || this.refersToSecret(section, option);
  }

  /** A problem of an option as it may be printed. */
  withoutSecret(problem: ConfigurationProblem): ConfigurationProblem {
    return withMasks(
      problem,
      // Values of secret options never get into a problem.
      this.refersToSecret(problem.section, problem.option)
        ? () => MASK
        : maskUrlPasswords,
    );
  }

  private refersToSecret(section: string, option: string): boolean {
    let found = false;
    try {
      this.get(section, option, (...referred) => {
        found ||= isSecret(...referred);
      });
    } catch {
      // What it refers to is not all there.
    }
    return found;
  }

  private namesIn(section: string): string[] {
    const names = this.layers.flatMap(layer => [
      ...(layer.get(section)?.keys() ?? []),
    ]);
    return [...new Set(names)];
  }

  private setting(section: string, name: string): Setting | undefined {
    return this.lastOf(this.sourceOf(section, name), name);
  }

  private lastOf(section: string, name: string): Setting | undefined {
    return this.layers
      .findLast(layer => layer.get(section)?.has(name))
      ?.get(section)!
      .get(name);
  }

  /**
   * @param onReference - told of each option that the value refers to
   * @throws Error for a reference to what is not set
   */
  private get(
    section: string,
    name: string,
    onReference: (section: string, name: string) => void = () => {},
    depth = 0,
  ): string | undefined {
    if (depth > MAX_REFERENCES) throw new Error('references go in a circle');
    const setting = this.setting(section, name);
    if (!setting) return defaultOf(section, name);
    const lookUp = (otherSection: string, otherName: string) => {
      onReference(otherSection, otherName);
      return this.get(otherSection, otherName, onReference, depth + 1);
    };
    return substitute(setting.text, (otherSection, otherName) => {
      if (otherSection) return lookUp(otherSection, otherName);
      const [first, second] = sectionsOf(otherName, section);
      return lookUp(first, otherName) ?? lookUp(second, otherName);
    });
  }
}

/**
 * Where to look for an option that is referred to by its bare name: in the
 * section of whoever refers to it and then in `[DEFAULT]`, unless it is an
 * option of the latter that somebody has put into the wrong section.
 */
function sectionsOf(name: string, section: string): [string, string] {
  const isOfDefault = optionAt('DEFAULT', name) ?? REFERRED.get(name);
  return isOfDefault && !optionAt(section, name)
    ? ['DEFAULT', section]
    : [section, 'DEFAULT'];
}

function defaultOf(section: string, name: string): string | undefined {
  const value = optionAt(section, name)?.default as OptionDefault | undefined;
  if (value !== undefined) return `${value}`;
  return section === 'DEFAULT' ? REFERRED.get(name) : undefined;
}

const LIKE_A_SECRET = /passw|secret|token|connection|transport_url/;

/** Options of Ironic's that are not in the table are judged by their names. */
function isSecret(section: string, name: string): boolean {
  const option = optionAt(section, name);
  return option ? Boolean(option.secret) : LIKE_A_SECRET.test(name);
}
