import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from '@loopback/testlab';
import {readIronicConf, resolveOptions} from '../../src';
import {Markdown} from '../support/markdown';
import {projectRoot} from '../support/project';
import {TempDir} from '../support/temp-dir';

const DOCUMENTS = ['README.md', 'bifrost.md', 'metal3.md', 'proxies.md'];

describe('A configuration in docs/deployment', () => {
  let dir: TempDir;

  before(async () => {
    dir = await TempDir.create();
  });
  after(() => dir.remove());

  for (const document of DOCUMENTS) {
    it(`can be used: ${document}`, async () => {
      const file = join(projectRoot, 'docs/deployment', document);
      const blocks = new Markdown(readFileSync(file, 'utf8')).blocks.filter(
        ({language}) => language === 'ini',
      );
      expect(blocks).to.not.be.empty();
      for (const {text} of blocks) {
        const conf = readIronicConf({
          paths: [{file: await dir.write('ironic.conf', text)}],
          env: {},
          assignments: [],
          ironicsDirectory: dir.join('none'),
        });
        // What is misspelled in another section than ours would be ignored.
        const names = [...text.matchAll(/^(\w+) =/gm)].map(([, name]) => name);
        const read = Object.values(conf).flatMap(section =>
          Object.keys(section),
        );
        expect(read.sort()).to.eql(names.sort());
        resolveOptions(conf);
      }
    });
  }
});
