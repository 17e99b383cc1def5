import {expect} from '@loopback/testlab';
import {readIronicConf, resolveOptions} from '../../src';
import {TestProcess} from '../support/process';
import {TempDir} from '../support/temp-dir';
import {deploymentDocument} from './support/deployment-document';

const IRONICS = '[DEFAULT]\nhost = conductor-1\nmy_ip = 192.0.2.11\n';

describe('docs/deployment/ironic.md', () => {
  let dir: TempDir;

  before(async () => {
    dir = await TempDir.create();
  });

  after(() => dir.remove());

  const inis = deploymentDocument.blocksIn('ini');

  it('has files of options for both ways of RPC', () => {
    expect(inis.join('\n')).to.match(/^conductor_topic = /m);
    expect(inis.join('\n')).to.match(/^conductor_port = /m);
  });

  inis.forEach((ini, index) =>
    it(`has options that are read and good (${index + 1})`, async () => {
      const config = readIronicConf({
        paths: [
          {file: await dir.write('ironic.conf', IRONICS)},
          {file: await dir.write('boot-config.conf', ini)},
          {dir: dir.path},
        ],
        env: {},
        assignments: [],
      });
      expect(() => resolveOptions(config)).to.not.throw();
      // Every one of them is an option of ours or read by us.
      const read = Object.values(config).flatMap(section =>
        Object.keys(section),
      );
      for (const [, name] of ini.matchAll(/^(\w+) =/gm)) {
        expect(read).to.containEql(name);
      }
    }),
  );

  it('has a configuration that dnsmasq takes', async () => {
    const [conf] = deploymentDocument.blocksIn('dnsmasq');
    const file = await dir.write('dnsmasq.conf.txt', conf);
    const dnsmasq = await TestProcess.start(
      'dnsmasq',
      ['--test', '-C', file],
      // Debian keeps it in a directory that is not on every user's path.
      {env: {PATH: `${process.env.PATH}:/usr/sbin`}},
    );
    const {code} = await dnsmasq.exited;
    expect([code, ...dnsmasq.lines]).to.eql([0, 'dnsmasq: syntax check OK.']);
  });
});
