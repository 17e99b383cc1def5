import fs from 'node:fs';
import net from 'node:net';
import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {TestProcess} from '../../support/process';
import {TempDir} from '../../support/temp-dir';
import {KEPT, notFound, request, startCommand, Wire} from './support';

const CONDUCTORS = 3;
const WAIT_STATE = / wait$|^wait call-back$/;

interface Row {
  name: string;
  macs: string[];
  state: string;
  conductor: string;
}

describe('ironic-boot-config demo', function () {
  this.timeout(60_000);

  let dir: TempDir;
  let demo: TestProcess;

  beforeEach(async () => {
    dir = await TempDir.create();
    demo = await startCommand(['demo'], {
      env: {
        TMPDIR: dir.path,
        // Of a deployment on the same machine, which is not the demo's.
        OS_DATABASE__CONNECTION: 'mysql+pymysql://ironic@nowhere/ironic',
        OS_BOOT_CONFIG__NO_SUCH_OPTION: 'x',
        OS_JSON_RPC__PORT: 'none',
      },
    });
  });

  afterEach(async () => {
    await demo.stop();
    await dir.remove();
  });

  it('does what it says, and SIGINT leaves nothing behind', async () => {
    await demo.waitForLine(/^Ctrl-C/);
    const rows = nodesIn(demo.stdout);
    const [served, again, refused, unknown] = curlsIn(demo.stdout);

    // The curl lines, top to bottom.
    const first = rows.find(row => served.pathname.includes(row.macs[0]))!;
    expect(await get(served)).to.match(scriptOf(first));
    expect(await get(again)).to.match(scriptOf(first));
    expect(await get(refused)).to.equal(notFound());
    expect(await get(unknown)).to.equal(notFound());
    const {state} = rows.find(row => refused.pathname.includes(row.macs[0]))!;
    expect(state).to.not.match(WAIT_STATE);

    // The table: who is served, by whom, and who is not.
    for (const row of rows) {
      for (const mac of row.macs) {
        const url = new URL(`/v1/boot/${mac}/boot.ipxe`, served);
        if (WAIT_STATE.test(row.state)) {
          expect(await get(url)).to.match(scriptOf(row));
          await eventually(`${row.conductor} is named in the log`, () =>
            demo.stderr
              .at(-1)!
              .endsWith(`served by conductor ${row.conductor}`),
          );
        } else {
          expect(await get(url)).to.equal(notFound());
        }
      }
    }

    // What operators get and firmware does not.
    const explorer = urlIn(demo.stdout, /^API explorer +(\S+)$/);
    const document = new URL('openapi.json', explorer);
    expect(await get(explorer)).to.match(/^HTTP\/1.1 200 OK[^]*API Explorer/);
    expect(await get(document)).to.match(
      /^HTTP\/1.1 200 OK[^]*"\/v1\/boot\/\{mac\}\/\{name\}"/,
    );
    for (const path of [
      explorer.pathname,
      document.pathname,
      '/openapi.json',
      '/openapi.yaml',
      '//explorer/',
      '/Explorer/',
      '/swagger-ui',
    ]) {
      expect(await get(new URL(served.origin + path))).to.equal(notFound());
    }

    const conductors = await children(demo);
    expect(conductors.length).to.equal(CONDUCTORS);
    const listeners = [
      served.host,
      explorer.host,
      ...new Set(rows.map(row => row.conductor)),
    ];
    expect(listeners.length).to.equal(2 + CONDUCTORS);
    expect(await listening(listeners)).to.eql(listeners);

    demo.kill('SIGINT');
    expect(await demo.exited).to.eql({code: 0, signal: null});
    expect(conductors.filter(isRunning)).to.eql([]);
    expect(await listening(listeners)).to.eql([]);
    expect(fs.readdirSync(dir.path)).to.eql([]);
  });

  it('takes its conductors along when it is killed', async () => {
    await demo.waitForLine(/^Ctrl-C/);
    const conductors = await children(demo);
    expect(conductors.length).to.equal(CONDUCTORS);

    demo.kill('SIGKILL');
    await eventually(
      'the conductors have ended',
      () => !conductors.some(isRunning),
    );
  });

  it('leaves nothing behind when SIGINT cuts its start short', async () => {
    const [conductor] = await children(demo);

    demo.kill('SIGINT');
    expect(await demo.exited).to.eql({code: 0, signal: null});
    expect(isRunning(conductor)).to.be.false();
    expect(fs.readdirSync(dir.path)).to.eql([]);
  });

  it('takes a conductor along that it was starting when killed', async () => {
    const [conductor] = await children(demo);

    demo.kill('SIGKILL');
    await eventually('the conductor has ended', () => !isRunning(conductor));
  });
});

/** The URLs of the curl lines. */
function curlsIn(lines: string[]): URL[] {
  return lines.flatMap(line => {
    const url = /^ +curl -i (\S+)$/.exec(line)?.[1];
    return url ? [new URL(url)] : [];
  });
}

function nodesIn(lines: string[]): Row[] {
  return lines.flatMap(line => {
    const row = /^ +(node-\d+) +(\S+) +(\S+) +(\S.*\S) +(\S+)$/.exec(line);
    if (!row) return [];
    const [, name, mac, other, state, conductor] = row;
    return [{name, macs: [mac, other], state: state.trim(), conductor}];
  });
}

function urlIn(lines: string[], pattern: RegExp): URL {
  return new URL(lines.map(line => pattern.exec(line)?.[1]).find(Boolean)!);
}

/** The answer that has the script of a node. */
function scriptOf({name}: Row): RegExp {
  return new RegExp(
    `^HTTP/1.1 200 OK\\r\\n[^]*${KEPT}\\r\\n#!ipxe\\n[^]*ramdisk of ${name}\\n`,
  );
}

async function get(url: URL): Promise<string> {
  const wire = await Wire.open(Number(url.port), url.hostname);
  wire.send(request(url.pathname));
  const answer = await wire.answer();
  wire.close();
  return answer;
}

/** Process ids of the children; waits for the first one. */
async function children({pid}: TestProcess): Promise<number[]> {
  const file = `/proc/${pid}/task/${pid}/children`;
  const read = () =>
    fs.readFileSync(file, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  await eventually('there is a child', () => read().length > 0);
  return read();
}

function isRunning(pid: number): boolean {
  try {
    // A process that nobody has waited for yet is a zombie.
    const state = /\) (\w)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return state?.[1] !== 'Z';
  } catch {
    return false;
  }
}

/** Those of the `host:port`s on which somebody listens. */
async function listening(addresses: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const address of addresses) {
    const [host, port] = address.split(':');
    const open = await new Promise<boolean>(resolve => {
      const socket = net.connect(Number(port), host);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) found.push(address);
  }
  return found;
}
