import {readFileSync} from 'node:fs';
import path from 'node:path';
import {Markdown} from '../../support/markdown';
import {projectRoot} from '../../support/project';

/** docs/deployment/ironic.md, whose blocks the tests run. */
export const deploymentDocument = new Markdown(
  readFileSync(path.join(projectRoot, 'docs/deployment/ironic.md'), 'utf8'),
);
