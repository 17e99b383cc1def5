import {TestProcess} from '../../support/process';
import {PYTHON} from '../../support/python';

// The program that Debian's package brings, by Debian's Python.
const DIRECTORY = '/usr/bin';

/** Starts a program of Ironic's. */
export function startIronic(
  program: 'ironic-api' | 'ironic-conductor' | 'ironic-dbsync',
  confFile: string,
  ...args: string[]
): Promise<TestProcess> {
  return TestProcess.start(
    PYTHON,
    [`${DIRECTORY}/${program}`, '--config-file', confFile, ...args],
    {
      env: {
        PYTHONDONTWRITEBYTECODE: '1',
        PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
      },
    },
  );
}

/** Makes Ironic's tables in an empty database. */
export async function createSchema(confFile: string): Promise<void> {
  const dbsync = await startIronic('ironic-dbsync', confFile, 'create_schema');
  const {code} = await dbsync.exited;
  if (code !== 0) throw new Error(dbsync.lines.join('\n'));
}
