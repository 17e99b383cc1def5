import {maskUrlPasswords} from './mask';

/** One option that can't be used, told so that an operator can mend it. */
export interface ConfigurationProblem {
  section: string;
  option: string;
  /** The value as configured; `undefined`: not set. Masked when secret. */
  value: unknown;
  /** What was expected instead. */
  expected: string;
}

/** Stops the start. Names every bad option at once, one a line. */
export class ConfigurationError extends Error {
  constructor(readonly problems: ConfigurationProblem[]) {
    super(
      [
        'The configuration is not usable:',
        ...problems.map(describeProblem),
      ].join('\n  '),
    );
    this.name = 'ConfigurationError';
  }
}

/**
 * Makes several checks, whatever comes out of the others.
 *
 * @throws ConfigurationError with the problems of all
 */
export async function checkAll(
  ...checks: (() => Promise<unknown> | void)[]
): Promise<void> {
  const problems: ConfigurationProblem[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length) throw new ConfigurationError(problems);
}

/** A problem in one line. */
export function describeProblem(problem: ConfigurationProblem): string {
  const {section, option, value, expected} = withMasks(
    problem,
    maskUrlPasswords,
  );
  const shown = value === undefined ? '(not set)' : `= ${textOf(value)}`;
  return `[${section}] ${option} ${shown}: expected ${expected}`;
}

/** A problem with its value masked, also where a message repeats it. */
export function withMasks(
  problem: ConfigurationProblem,
  mask: (text: string) => string,
): ConfigurationProblem {
  const {value, expected} = problem;
  if (value === undefined) return problem;
  const text = textOf(value);
  const masked = mask(text);
  if (masked === text) return problem;
  return {
    ...problem,
    value: masked,
    expected: expected.replaceAll(text, () => masked),
  };
}

/** A value as a message has it. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
