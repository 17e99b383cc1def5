import {expect} from '@loopback/testlab';
import {Deployment, LogLine, Sections} from '../acceptance/system/support';

describe('serve, started with nodes that boot in other states', function () {
  this.timeout(30_000);

  let deployment: Deployment;

  before(async () => {
    deployment = await Deployment.create();
    await addNode('52:54:00:00:00:01', 'ramdisk', 'noop');
    await addNode('52:54:00:00:00:02', 'anaconda', 'noop');
    await addNode('52:54:00:00:00:03', 'direct', 'cinder');
    await addNode('52:54:00:00:00:04', 'direct', 'noop');
  });
  after(() => deployment?.remove());

  async function addNode(mac: string, deploy: string, storage: string) {
    const uuid = await deployment.addNode({macs: [mac]});
    await deployment.db.run(
      'UPDATE nodes SET deploy_interface = ?, storage_interface = ?' +
        ' WHERE uuid = ?',
      [deploy, storage, uuid],
    );
  }

  /** What it warns of from its start to its end. */
  async function warningsOf(sections: Sections): Promise<string[]> {
    const {process} = await deployment.startApi(sections);
    await process.waitForLine(/nothing can be served yet|ready to serve/);
    await process.stop();
    return process.stderr
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as LogLine)
      .filter(line => line.level === 'warn')
      .map(line => line.msg)
      .filter(message => message.includes('restrict_boot_config'));
  }

  const alike = {
    deploy: {fast_track: 'True'},
    pxe: {enable_netboot_fallback: 'True'},
  };

  it('warns of each, with the number of nodes', async () => {
    const warnings = await warningsOf(alike);
    expect(warnings.length).to.equal(4);
    expect(warnings[0]).to.match(/^\[deploy\] fast_track /);
    expect(warnings[1]).to.match(/^\[pxe\] enable_netboot_fallback /);
    expect(warnings[2]).to.match(/^2 node\(s\) .* ramdisk or anaconda/);
    expect(warnings[3]).to.match(/^1 node\(s\) may boot from volumes/);
  });

  it('has nothing to warn of where all states are served', async () => {
    const api = {restrict_boot_config: 'False'};
    expect(await warningsOf({...alike, api})).to.eql([]);
  });
});
