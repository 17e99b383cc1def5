import path from 'node:path';
import {TestProcess} from '../../../support/process';
import {projectRoot} from '../../../support/project';
import {startPython as start} from '../../../support/python';

const DIRECTORY = path.join(
  projectRoot,
  'test/integration/oslo/support/python',
);

/** Starts one of the scripts in `support/python`. */
export function startPython(
  script: string,
  args: string[],
): Promise<TestProcess> {
  return start(path.join(DIRECTORY, script), args);
}
