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
      ['The configuration is not usable:', ...problems.map(describe)].join(
        '\n  ',
      ),
    );
    this.name = 'ConfigurationError';
  }
}

function describe(problem: ConfigurationProblem): string {
  const value =
    problem.value === undefined ? '(not set)' : `= ${format(problem.value)}`;
  return `[${problem.section}] ${problem.option} ${value}: expected ${problem.expected}`;
}

function format(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
