import {TestProcess} from './process';

/** The Python for which Debian's packages are. */
export const PYTHON = '/usr/bin/python3';

/** Starts a script of Python's. */
export function startPython(
  script: string,
  args: string[] = [],
): Promise<TestProcess> {
  return TestProcess.start(PYTHON, [script, ...args], {
    env: {PYTHONDONTWRITEBYTECODE: '1'},
  });
}
