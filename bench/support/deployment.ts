import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {HashRing} from '../../src/services';
import {insertConductor, insertNodes} from '../../test/support/ironic-data';
import {MariaDb} from '../../test/support/mariadb';
import {freePort} from '../../test/support/ports';
import {TempDir} from '../../test/support/temp-dir';
import {Program} from './program';

const HOSTS = ['127.0.0.11', '127.0.0.12'];
const HARDWARE_TYPE = 'fake-hardware';

// A script of Ironic's has about this size.
const SCRIPT_SIZE = 2048;

export interface BenchNode {
  uuid: string;
  mac: string;
}

/** A private database with nodes, and two conductors that hold their scripts. */
export class Deployment {
  private constructor(
    readonly dir: TempDir,
    readonly database: MariaDb,
    readonly rpcPort: number,
    readonly nodes: BenchNode[],
    /** Names of the conductors of the nodes, by UUID. */
    readonly owners: Record<string, string>,
    private readonly conductors: Program[],
  ) {}

  static async create(count: number): Promise<Deployment> {
    const dir = await TempDir.create('bench-');
    const database = await MariaDb.start();
    for (const hostname of HOSTS) {
      await insertConductor(database, {
        hostname,
        hardwareTypes: [HARDWARE_TYPE],
        // No heartbeat comes during the run.
        updatedAt: new Date(Date.now() + 86_400_000),
      });
    }
    const nodes = await givenNodes(database, count);
    const ring = new HashRing(HOSTS, {partitionExponent: 5, algorithm: 'md5'});
    const owners = Object.fromEntries(
      nodes.map(({uuid}) => [uuid, ring.ownerOf(uuid)!]),
    );
    const rpcPort = await freePort(HOSTS[0]);
    const conductors: Program[] = [];
    for (const host of HOSTS) {
      const root = dir.join(host);
      const own = nodes.filter(({uuid}) => owners[uuid] === host);
      await writeScripts(root, own);
      conductors.push(
        await Program.command(
          [
            'conductor',
            ...settings({
              'DEFAULT.host': host,
              'DEFAULT.rpc_transport': 'json-rpc',
              'json_rpc.port': rpcPort,
              'database.connection': database.url,
              'deploy.http_root': root,
            }),
          ],
          {host, port: rpcPort},
        ),
      );
    }
    return new Deployment(dir, database, rpcPort, nodes, owners, conductors);
  }

  /**
   * A script for wrk that asks for the nodes in turn, below `base`.
   *
   * @param pause - milliseconds between two requests of a connection, on average
   */
  async wrkScript(base: string, pause = 0): Promise<string> {
    const macs = this.nodes.map(({mac}) => `"${hyphenated(mac)}"`);
    return this.dir.write(
      `boot${base.replaceAll('/', '-')}-${pause}.lua`,
      `local macs = {${macs.join(',')}}
local next = 0
request = function()
  next = next % #macs + 1
  return wrk.format(nil, "${base}/" .. macs[next] .. "/boot.ipxe")
end
${pause ? `delay = function() return math.random(0, ${2 * pause}) end` : ''}
`,
    );
  }

  async remove(): Promise<void> {
    for (const conductor of this.conductors) await conductor.stop();
    await this.database.stop();
    await this.dir.remove();
  }
}

/** A MAC address as it stands in the path of a request. */
export function hyphenated(mac: string): string {
  return mac.replaceAll(':', '-');
}

/** Options as flags of the command. */
export function settings(options: Record<string, string | number>): string[] {
  return Object.entries(options).flatMap(([path, value]) => [
    '--set',
    `${path}=${value}`,
  ]);
}

async function givenNodes(
  database: MariaDb,
  count: number,
): Promise<BenchNode[]> {
  const specs = Array.from({length: count}, (_, index) => ({
    name: `node-${index}`,
    provisionState: 'wait call-back',
    macs: [macOf(index)],
  }));
  const inserted = await insertNodes(database, specs);
  return inserted.map(({uuid}, index) => ({uuid, mac: macOf(index)}));
}

function macOf(index: number): string {
  const digits = index.toString(16).padStart(8, '0');
  return `52:54:${digits.match(/../g)!.join(':')}`;
}

/** Scripts as Ironic writes them. */
export async function writeScripts(
  root: string,
  nodes: BenchNode[],
): Promise<void> {
  await mkdir(root, {recursive: true});
  for (const {uuid} of nodes) {
    await mkdir(join(root, uuid));
    await writeFile(join(root, uuid, 'config'), scriptOf(uuid));
  }
}

export function scriptOf(uuid: string): string {
  const head = `#!ipxe\n# ${uuid}\n`;
  return head.padEnd(SCRIPT_SIZE, 'echo a line of a script\n');
}
