import {readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {expect} from '@loopback/testlab';
import {configurationDocument} from '../../scripts/configuration-doc';
import {projectRoot} from '../support/project';

describe('docs/configuration.md', () => {
  it('is what the option table says (else: npm run docs)', async () => {
    const file = join(projectRoot, 'docs', 'configuration.md');
    expect(await readFile(file, 'utf8')).to.equal(configurationDocument());
  });
});
