import {isDeepStrictEqual} from 'node:util';
import {maskUrlPasswords} from './mask';
import {formatValue} from './option-types';
import {BootConfigOptions, Option, OPTIONS, Section} from './options';

type Values = Record<string, unknown>;

/** An option whose value has changed. */
export interface OptionChange {
  section: Section;
  option: string;
  /** As ironic.conf has it, for the log. */
  from: string;
  to: string;
}

/** What a new configuration has in store. */
export interface Mutation {
  /** The options as they will be: mutable ones new, all others as they are. */
  options: BootConfigOptions;
  changed: OptionChange[];
  /** `[section] option` of each that has changed and is not mutable. */
  needRestart: string[];
}

/** The options of a process that takes new values of some of them. */
export class MutableOptions {
  /**
   * For whoever asks at any time: a section of it is as it is at that moment,
   * and never changes in the hands of who holds it.
   */
  readonly options: BootConfigOptions;

  constructor(private current: BootConfigOptions) {
    this.options = Object.freeze(
      Object.defineProperties(
        {},
        Object.fromEntries(
          (Object.keys(OPTIONS) as Section[]).map(section => [
            section,
            {enumerable: true, get: () => this.current[section]},
          ]),
        ),
      ),
    ) as BootConfigOptions;
  }

  /** What `next` would change. */
  compare(next: BootConfigOptions): Mutation {
    const changed: OptionChange[] = [];
    const needRestart: string[] = [];
    const sections = (Object.keys(OPTIONS) as Section[]).map(section => {
      const table = OPTIONS[section] as Record<string, Option<unknown>>;
      const [before, after] = [this.current, next].map(
        options => options[section] as Values,
      );
      const values = Object.entries(table).map(([name, option]): unknown[] => {
        // An unchanged value stays the same object.
        if (isDeepStrictEqual(before[name], after[name])) {
          return [name, before[name]];
        }
        if (!option.mutable) {
          needRestart.push(`[${section}] ${name}`);
          return [name, before[name]];
        }
        changed.push({
          section,
          option: name,
          from: told(option, before[name]),
          to: told(option, after[name]),
        });
        return [name, after[name]];
      });
      return [section, Object.freeze(Object.fromEntries(values) as Values)];
    });
    const options = Object.freeze(
      Object.fromEntries(sections),
    ) as BootConfigOptions;
    return {options, changed, needRestart};
  }

  /** Has all who ask from now on get these. */
  replace(options: BootConfigOptions): void {
    this.current = options;
  }
}

function told({type}: Option<unknown>, value: unknown): string {
  return maskUrlPasswords(formatValue(type, value));
}
