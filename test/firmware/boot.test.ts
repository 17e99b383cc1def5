import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect} from '@loopback/testlab';
import {Api, Conductor, Deployment} from '../acceptance/system/support';
import {bootFirmware, Firmware} from '../support/firmware';

const HOSTS = ['127.0.0.11', '127.0.0.12'];

/** The API as the machine sees it. */
const API = '10.0.2.100:6385';

const MAC = {
  unknown: '52:54:00:00:00:0a',
  waiting: '52:54:00:00:00:0b',
  active: '52:54:00:00:00:0c',
  unsound: '52:54:00:00:00:0d',
};

describe('a machine that boots through the API', function () {
  this.timeout(120_000);

  let deployment: Deployment;
  let conductors: Conductor[];
  let api: Api;
  let machine: Firmware | undefined;
  let requestsBefore: number;

  before(async () => {
    deployment = await Deployment.create();
    for (const hostname of HOSTS) await deployment.register({hostname});
    const waiting = await deployment.addNode({macs: [MAC.waiting]});
    const active = await deployment.addNode({
      macs: [MAC.active],
      provisionState: 'active',
    });
    const unsound = await deployment.addNode({macs: [MAC.unsound]});
    conductors = await Promise.all(
      HOSTS.map(host =>
        deployment.startConductor(host, {
          pxe: {
            ipxe_use_boot_config_api: 'True',
            ipxe_config_api_root_url: `http://${API}`,
            ipxe_fallback_script: 'fallback.ipxe',
          },
        }),
      ),
    );
    for (const conductor of conductors) {
      const script = says(`SCRIPT from ${conductor.host} runs`);
      await conductor.write(waiting, script);
      await conductor.write(active, script);
      // What would hang the machine if it were given to it.
      await conductor.write(unsound, '<html>It works!</html>\n');
      writeFileSync(join(conductor.root, 'fallback.ipxe'), says('FALLBACK'));
    }
    api = await deployment.startApi();
  });

  afterEach(() => machine?.stop());

  after(() => deployment?.remove());

  it('walks on from a NIC that is unknown and runs its script', async () => {
    boot(MAC.unknown, MAC.waiting);

    const [, host] = await machine!.waitFor(/SCRIPT from (\S+) runs/);
    await machine!.waitForReboot();
    expect(requests()).to.eql([
      [MAC.unknown, 'node_not_found', undefined],
      [MAC.waiting, undefined, host],
    ]);
  });

  it('runs the fallback script where no NIC may be served', async () => {
    boot(MAC.active, MAC.unsound, MAC.unknown);

    await machine!.waitFor(/FALLBACK/);
    await machine!.waitForReboot();
    expect(machine!.console()).to.not.match(/SCRIPT/);
    expect(requests()).to.eql([
      [MAC.active, 'state_restricted', undefined],
      [MAC.unsound, 'script_unsound', undefined],
      [MAC.unknown, 'node_not_found', undefined],
    ]);
  });

  /** Boots from the HTTP root of a conductor, which it gets over TFTP. */
  function boot(...macs: string[]) {
    requestsBefore = api.requestLog.length;
    machine = bootFirmware({
      macs,
      tftpDir: conductors[0].root,
      bootfile: 'boot.ipxe',
      forwards: {[API]: api.port},
    });
  }

  /** What the machine asked for: MAC address, reason, conductor. */
  function requests() {
    return api.requestLog
      .slice(requestsBefore)
      .map(({mac, reason, conductor}) => [
        String(mac).replaceAll('-', ':'),
        reason,
        conductor,
      ]);
  }
});

/** A script that says something and ends the machine. */
function says(words: string): string {
  return `#!ipxe\necho ${words}\necho Goodbye\nreboot\n`;
}
