import path from 'node:path';
import {TestProcess} from '../../../support/process';
import {projectRoot} from '../../../support/project';

// The one for which Debian's packages are.
const PYTHON = '/usr/bin/python3';
const DIRECTORY = path.join(
  projectRoot,
  'test/integration/oslo/support/python',
);

/** Starts one of the scripts in `support/python`. */
export function startPython(
  script: string,
  args: string[],
): Promise<TestProcess> {
  return TestProcess.start(PYTHON, [path.join(DIRECTORY, script), ...args], {
    env: {PYTHONDONTWRITEBYTECODE: '1'},
  });
}
