import fs from 'node:fs';
import {ConfigurationError} from './configuration-error';
import {problemOf} from './option-problem';

/** An option that names a file. */
export interface FileOption {
  section: string;
  option: string;
  /** Path of the file. */
  value: string | undefined;
  /** What the file has to be, for messages. */
  expected: string;
}

/** @throws ConfigurationError when the option is not set or can't be read */
export async function readFileOption(of: FileOption): Promise<Buffer> {
  if (of.value === undefined) throw badFile(of);
  try {
    return await fs.promises.readFile(of.value);
  } catch (error) {
    throw badFile(of, (error as Error).message);
  }
}

/** The error that tells what is wrong with a file that an option names. */
export function badFile(of: FileOption, why?: string): ConfigurationError {
  const expected = why ? `${of.expected}: ${why}` : of.expected;
  return new ConfigurationError([
    problemOf(of.section, of.option, of.value, expected),
  ]);
}
