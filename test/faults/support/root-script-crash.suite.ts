import {watch} from 'node:fs';
import {readdir, readFile, stat, utimes} from 'node:fs/promises';
import {basename} from 'node:path';
import {expect} from '@loopback/testlab';
import {ironicConf, startCommand} from '../../acceptance/system/support';
import {freePort} from '../../support/ports';
import {TestProcess} from '../../support/process';
import {TempDir} from '../../support/temp-dir';

const HOST = '127.0.0.1';
const OLD = '#!ipxe\necho old\n';

// Large, so that it takes a while to write: 500 times 64 KB.
const FALLBACK = `http://192.0.2.1/${'x'.repeat(64 * 1024)}`;
const TEMPLATE = `#!ipxe\n${'{{{fallbackScript}}}\n'.repeat(500)}`;
const NEW = `#!ipxe\n${`${FALLBACK}\n`.repeat(500)}`;

export function describeRootScriptCrash({kills}: {kills: number}): void {
  let dir: TempDir;
  let root: string;
  let conf: string;
  const drafts: string[] = [];

  before(async () => {
    dir = await TempDir.create();
    root = dir.join('httpboot');
    const template = await dir.write('boot.ipxe.template', TEMPLATE);
    const store = await dir.write('store.json', '{"nodes":[],"conductors":[]}');
    conf = await dir.write(
      'ironic.conf',
      ironicConf({
        DEFAULT: {host: HOST, rpc_transport: 'json-rpc'},
        database: {connection: `memory:${store}`},
        deploy: {http_root: root},
        json_rpc: {port: await freePort()},
        pxe: {ipxe_boot_script: template, ipxe_fallback_script: FALLBACK},
      }),
    );
  });
  after(() => dir?.remove());

  const start = (): Promise<TestProcess> =>
    startCommand(['conductor', '--config-file', conf]);

  /** @returns the draft that it left behind, and what there was in its end */
  async function killWhileItWrites(): Promise<{draft: string; size: number}> {
    const watcher = watch(root);
    try {
      const running: {conductor?: TestProcess} = {};
      const draft = new Promise<string>(resolve => {
        watcher.on('change', (_event, name) => {
          if (name === 'boot.ipxe') return;
          running.conductor?.kill('SIGKILL');
          resolve(String(name));
        });
      });
      running.conductor = await start();
      await running.conductor.exited;
      const path = dir.join('httpboot', await draft);
      return {draft: path, size: (await stat(path)).size};
    } finally {
      watcher.close();
    }
  }

  it(`leaves the old one as it was (${kills} times)`, async function () {
    this.timeout(10_000 + kills * 5000);
    for (let kill = 0; kill < kills; kill++) {
      await dir.write('httpboot/boot.ipxe', OLD);
      const {draft, size} = await killWhileItWrites();
      expect(size).to.be.below(NEW.length);
      drafts.push(draft);
      expect(await readFile(dir.join('httpboot/boot.ipxe'), 'utf8')).to.equal(
        OLD,
      );
    }
  });

  it('writes the new one at the next start, and clears what it left', async () => {
    // The last one could be that of a conductor that is alive.
    const [alive, ...dead] = drafts.reverse();
    const before = new Date(Date.now() - 120_000);
    await Promise.all(dead.map(draft => utimes(draft, before, before)));
    const conductor = await start();
    await conductor.waitForLine(/root script written/);
    await conductor.waitForLine(/removed a draft/);
    await conductor.waitForLine(/listens for JSON-RPC/);
    const left = (await readdir(root)).sort();
    expect(left).to.eql(['boot.ipxe', basename(alive)]);
    const written = await readFile(dir.join('httpboot/boot.ipxe'), 'utf8');
    expect(written === NEW).to.be.true();
    expect(await conductor.stop()).to.eql({code: 0, signal: null});
  });
}
