import {ParseArgsConfig} from 'node:util';
import {BootConfigConfig, ConfigurationSources} from '../config';

export type FlagTable = NonNullable<ParseArgsConfig['options']>;

/** Values of a command's own flags, by name. */
export type Flags = Record<
  string,
  string | boolean | (string | boolean)[] | undefined
>;

/** One command of `ironic-boot-config`. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What follows the usage line in the command's help. */
  readonly help: string;
  /** Flags of its own, beside those that every command takes. */
  readonly flags?: FlagTable;
  /** It brings its own configuration: files and environment are not read. */
  readonly selfContained?: boolean;
  /** It reads the configuration by itself. */
  readonly readsItself?: boolean;

  /**
   * @param sources - where `config` comes from
   * @returns when the command has done its work; one that serves returns when
   *   it was told to stop
   */
  run(
    config: BootConfigConfig,
    flags: Flags,
    sources: ConfigurationSources,
  ): Promise<void>;
}

/** A mistake on the command line: exit code 2. */
export class UsageError extends Error {}

/** A failure of which all has been said: exit code 1. */
export class CommandFailed extends Error {}
