import {mkdir, mkdtemp, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {BootConfigConfig, resolveOptions} from '../config';
import {
  EmbeddedConductorRepository,
  EmbeddedNode,
  EmbeddedNodeRepository,
  EmbeddedStore,
} from '../repositories/embedded';
import {HashRingManager} from '../services';
import {DEMO_HARDWARE_TYPES, DEMO_NODES, demoScript} from './demo-nodes';
import {freePort} from './free-port';

const ADDRESS = '127.0.0.1';
const CONDUCTORS = 3;

/** Ports of Ironic's, taken where they are free. */
const API_PORT = 6385;
const OPS_PORT = 6386;
const CONDUCTOR_PORTS = 8089;

export interface DemoConductor {
  /** Its name, which is its address too. */
  host: string;
  confFile: string;
  httpRoot: string;
}

/**
 * A deployment of Ironic as it lies on disk: conductors with an HTTP root each,
 * which hold the scripts of those nodes that the hash ring gives them.
 */
export class DemoDeployment {
  private constructor(
    readonly dir: string,
    readonly api: BootConfigConfig,
    readonly conductors: DemoConductor[],
    /** Names of the conductors of the nodes, by UUID. */
    readonly owners: Map<string, string>,
  ) {}

  /** Lays it out in a temporary directory. */
  static async create(): Promise<DemoDeployment> {
    const dir = await mkdtemp(join(tmpdir(), 'ironic-boot-config-demo-'));
    const apiPort = await freePort(ADDRESS, API_PORT);
    const conductors = await layOutConductors(dir, apiPort);
    const store: EmbeddedStore = {
      conductors: conductors.map(({host}) => ({
        hostname: host,
        hardware_types: DEMO_HARDWARE_TYPES,
      })),
      nodes: [...DEMO_NODES],
    };
    const storeFile = join(dir, 'ironic.json');
    await writeFile(storeFile, JSON.stringify(store, undefined, 2));
    const api: BootConfigConfig = {
      DEFAULT: {rpc_transport: 'json-rpc'},
      api: {host_ip: ADDRESS, port: apiPort},
      database: {connection: `memory:${storeFile}`},
      boot_config: {ops_port: await freePort(ADDRESS, OPS_PORT)},
    };
    const owners = await ownersOf(store, api);
    for (const node of DEMO_NODES) {
      const owner = owners.get(node.uuid);
      const {httpRoot} = conductors.find(({host}) => host === owner)!;
      await writeScript(httpRoot, node, `http://${ADDRESS}:8080`);
    }
    return new DemoDeployment(dir, api, conductors, owners);
  }

  async remove(): Promise<void> {
    await rm(this.dir, {recursive: true, force: true});
  }
}

async function layOutConductors(
  dir: string,
  apiPort: number,
): Promise<DemoConductor[]> {
  const conductors: DemoConductor[] = [];
  let port = CONDUCTOR_PORTS - 1;
  for (let number = 1; number <= CONDUCTORS; number++) {
    port = await freePort(ADDRESS, port + 1);
    const home = join(dir, `conductor-${number}`);
    const httpRoot = join(home, 'httpboot');
    await mkdir(join(httpRoot, 'pxelinux.cfg'), {recursive: true});
    const confFile = join(home, 'ironic.conf');
    const host = `${ADDRESS}:${port}`;
    await writeFile(
      confFile,
      `[DEFAULT]
host = ${host}
my_ip = ${ADDRESS}
rpc_transport = json-rpc

[api]
port = ${apiPort}

[database]
connection = memory:${join(dir, 'ironic.json')}

[deploy]
http_root = ${httpRoot}

[json_rpc]
host_ip = ${ADDRESS}
port = ${port}

[pxe]
ipxe_use_boot_config_api = True
`,
    );
    conductors.push({host, confFile, httpRoot});
  }
  return conductors;
}

async function ownersOf(
  store: EmbeddedStore,
  config: BootConfigConfig,
): Promise<Map<string, string>> {
  const nodes = new EmbeddedNodeRepository(store);
  const hashRings = new HashRingManager(
    resolveOptions(config),
    new EmbeddedConductorRepository(store),
  );
  const owners = new Map<string, string>();
  for (const {uuid} of store.nodes) {
    const node = await nodes.findByIdent(uuid);
    owners.set(uuid, (await hashRings.routeOf(node!)).owner);
  }
  return owners;
}

/** Writes what Ironic writes: the script, and a link to it for each NIC. */
async function writeScript(
  httpRoot: string,
  node: EmbeddedNode,
  httpUrl: string,
): Promise<void> {
  await mkdir(join(httpRoot, node.uuid));
  await writeFile(
    join(httpRoot, node.uuid, 'config'),
    demoScript(node, httpUrl),
  );
  for (const mac of node.ports) {
    await symlink(
      join('..', node.uuid, 'config'),
      join(httpRoot, 'pxelinux.cfg', mac.replaceAll(':', '-')),
    );
  }
}
