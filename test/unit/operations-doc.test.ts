import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from '@loopback/testlab';
import {REASONS} from '../../src';
import {projectRoot} from '../support/project';

describe('docs/operations.md', () => {
  it('says of every reason what it means and what to do, and of no other', () => {
    const text = readFileSync(
      join(projectRoot, 'docs', 'operations.md'),
      'utf8',
    );
    const [reasons] = text.split('\n## Where to look\n');
    const told = [...reasons.matchAll(/^\| `(\w+)` \| .+ \| .+ \|$/gm)];
    expect(told.map(([, reason]) => reason)).to.eql([...REASONS]);
  });
});
