import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {HashRing} from '../../src/services';
import {insertConductor, insertNodes} from '../../test/support/ironic-data';
import {MariaDb} from '../../test/support/mariadb';
import {freePort} from '../../test/support/ports';
import {TempDir} from '../../test/support/temp-dir';
import {settings} from '../support/deployment';
import {Program} from '../support/program';
import {MachineSpec, scriptOf} from './machine';

const HARDWARE_TYPE = 'fake-hardware';
const API_HOST = '127.0.0.1';
// [conductor] heartbeat_interval is 10 s.
const HEARTBEAT_MILLISECONDS = 10_000;

export interface FleetSize {
  nodes: number;
  /** NICs of each; the last one has a port in Ironic. */
  nics: number;
  conductors: number;
  /** API instances. */
  instances: number;
}

interface Conductor {
  id: number;
  host: string;
  program: Program;
}

/** Machines, and the conductors and API instances that serve them. */
export class Fleet {
  readonly machines: MachineSpec[] = [];
  /** Root URLs of the API instances. */
  readonly roots: string[] = [];
  /** Names of the conductors that hold the machines' scripts, by UUID. */
  readonly holders = new Map<string, string>();

  private readonly conductors: Conductor[] = [];
  private conductorsMade = 0;
  private readonly apis: Program[] = [];
  private readonly heartbeat: NodeJS.Timeout;

  private constructor(
    private readonly dir: TempDir,
    private readonly database: MariaDb,
    private readonly rpcPort: number,
  ) {
    this.heartbeat = setInterval(
      () => void this.beat(),
      HEARTBEAT_MILLISECONDS,
    ).unref();
  }

  static async create(size: FleetSize): Promise<Fleet> {
    const fleet = new Fleet(
      await TempDir.create('storm-'),
      await MariaDb.start(),
      await freePort(hostOf(0)),
    );
    for (let i = 0; i < size.conductors; i++) await fleet.addConductor();
    await fleet.enrol(size);
    for (let i = 0; i < size.instances; i++) await fleet.addApi();
    return fleet;
  }

  /** Starts a further conductor. @returns its name */
  async addConductor(): Promise<string> {
    const host = hostOf(this.conductorsMade++);
    await mkdir(this.dir.join(host));
    const program = await Program.command(
      [
        'conductor',
        ...settings({
          'DEFAULT.host': host,
          'DEFAULT.rpc_transport': 'json-rpc',
          'json_rpc.port': this.rpcPort,
          'database.connection': this.database.url,
          'deploy.http_root': this.dir.join(host),
        }),
      ],
      {host, port: this.rpcPort},
    );
    const id = await insertConductor(this.database, {
      hostname: host,
      hardwareTypes: [HARDWARE_TYPE],
    });
    this.conductors.push({id, host, program});
    return host;
  }

  /** Kills the first conductor, which then sends no heartbeat. @returns its name */
  async killConductor(): Promise<string> {
    const {program, host} = this.conductors.shift()!;
    await program.stop();
    return host;
  }

  /** Resident memory in MB: of the largest API instance and conductor. */
  get memory(): {api: number; conductor: number} {
    const largest = (programs: Program[]) =>
      Math.max(...programs.map(({memory}) => memory));
    return {
      api: largest(this.apis),
      conductor: largest(this.conductors.map(({program}) => program)),
    };
  }

  async remove(): Promise<void> {
    clearInterval(this.heartbeat);
    const programs = [
      ...this.apis,
      ...this.conductors.map(({program}) => program),
    ];
    for (const program of programs) await program.stop();
    await this.database.stop();
    await this.dir.remove();
  }

  /** Registers the machines, each prepared by the conductor that owns it. */
  private async enrol({nodes, nics}: FleetSize): Promise<void> {
    const hosts = this.conductors.map(({host}) => host);
    const ring = new HashRing(hosts, {partitionExponent: 5, algorithm: 'md5'});
    const macs = Array.from({length: nodes}, (_, node) =>
      Array.from({length: nics}, (__, nic) => macOf(node * nics + nic)),
    );
    const inserted = await insertNodes(
      this.database,
      macs.map((own, node) => ({name: `node-${node}`, macs: own.slice(-1)})),
    );
    for (const [index, {uuid}] of inserted.entries()) {
      const host = ring.ownerOf(uuid)!;
      this.holders.set(uuid, host);
      const directory = this.dir.join(host, uuid);
      await mkdir(directory);
      await writeFile(join(directory, 'config'), scriptOf(uuid));
      this.machines.push({uuid, macs: macs[index], address: addressOf(index)});
    }
    for (const {id, host} of this.conductors) {
      await this.database.run(
        'UPDATE nodes SET conductor_affinity = ? WHERE uuid IN (?)',
        [id, inserted.map(n => n.uuid).filter(u => ring.ownerOf(u) === host)],
      );
    }
  }

  private async addApi(): Promise<void> {
    const port = await freePort(API_HOST);
    this.apis.push(
      await Program.command(
        [
          'serve',
          ...settings({
            'api.host_ip': API_HOST,
            'api.port': port,
            'boot_config.ops_port': await freePort(),
            'DEFAULT.rpc_transport': 'json-rpc',
            'json_rpc.port': this.rpcPort,
            'database.connection': this.database.url,
          }),
        ],
        {host: API_HOST, port},
      ),
    );
    this.roots.push(`http://${API_HOST}:${port}`);
  }

  private async beat(): Promise<void> {
    await this.database.run(
      'UPDATE conductors SET updated_at = ? WHERE id IN (?)',
      [new Date(), this.conductors.map(({id}) => id)],
    );
  }
}

function hostOf(index: number): string {
  return `127.0.0.${11 + index}`;
}

/** One of loopback's, since one address has too few ports for all. */
function addressOf(index: number): string {
  return `127.1.${(index >> 8) & 255}.${index & 255 || 1}`;
}

function macOf(index: number): string {
  const digits = index.toString(16).padStart(8, '0');
  return `52:54:${digits.match(/../g)!.join(':')}`;
}
