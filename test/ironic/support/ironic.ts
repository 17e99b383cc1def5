import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {
  ironicConf,
  runCommand,
  Sections,
} from '../../acceptance/system/support';
import {MariaDb} from '../../support/mariadb';
import {enforcePrivileges} from '../../support/mariadb-privileges';
import {freePort} from '../../support/ports';
import {TestProcess} from '../../support/process';
import {TempDir} from '../../support/temp-dir';
import {HttpRootServer} from './http-root-server';
import {IronicClient} from './ironic-client';
import {deploymentDocument} from './deployment-document';
import {createSchema, startIronic} from './ironic-programs';
import {ironicSettings} from './settings';

/** Told apart by their addresses, since they share one RPC port. */
export const HOSTS = ['127.0.0.11', '127.0.0.12'];

/** Root URL of the API in the root script, as machines see it. */
export const API_ROOT = 'http://10.0.2.100';

const READY = {timeoutMs: 90_000};

/** An ironic-conductor and what is around it. */
export interface IronicConductor {
  host: string;
  /** Its ironic.conf. */
  confFile: string;
  httpRoot: string;
  server: HttpRootServer;
  /** Root URL of `server`, as machines see it. */
  httpUrl: string;
}

export interface IronicOptions {
  /** Sections of every ironic.conf, for the way of RPC. */
  rpc: Sections;
  /** Options in `[boot_config]` that lead the API to agents. */
  agents: Sections[string];
}

/**
 * An unmodified Ironic with two conductors, as Debian packages it, with a
 * database, HTTP servers and files of its own, all on loopback. Its database
 * has the user that docs/deployment/ironic.md makes.
 */
export class Ironic {
  readonly conductors: IronicConductor[] = [];
  private readonly processes: TestProcess[] = [];

  private constructor(
    readonly dir: TempDir,
    readonly db: MariaDb,
    private readonly rpcPort: number,
    private readonly apiPort: number,
    private readonly files: HttpRootServer,
  ) {}

  static async start(options: IronicOptions): Promise<Ironic> {
    const dir = await TempDir.create('ironic-');
    for (const name of ['kernel', 'ramdisk', 'disk.img']) {
      await dir.write(`images/${name}`, name);
    }
    const ironic = new Ironic(
      dir,
      await MariaDb.start({schema: false}),
      // Free on every address that a conductor may have.
      await freePort('0.0.0.0'),
      await freePort(),
      await HttpRootServer.start(dir.path),
    );
    try {
      await ironic.launch(options);
    } catch (error) {
      await ironic.stop();
      throw error;
    }
    return ironic;
  }

  get client(): IronicClient {
    return new IronicClient(this.apiPort);
  }

  /** Our file, which is read above an ironic.conf. */
  get ownConfFile(): string {
    return this.dir.join('boot-config.conf');
  }

  /** The root script that Ironic hands out. */
  get bootScript(): string {
    return this.dir.join('boot.ipxe');
  }

  conductor(host: string): IronicConductor {
    return this.conductors.find(conductor => conductor.host === host)!;
  }

  /** Enrols a node, manageable and with two ports. @returns its UUID */
  async enrol(uuid: string, macs: string[], node = {}): Promise<string> {
    const {client, dir} = this;
    await client.create('nodes', {
      uuid,
      driver: 'fake-hardware',
      driver_info: {
        deploy_kernel: `file://${dir.join('images/kernel')}`,
        deploy_ramdisk: `file://${dir.join('images/ramdisk')}`,
      },
      instance_info: {
        image_source: `http://127.0.0.1:${this.files.port}/images/disk.img`,
        // Nobody gets as far as to compare it.
        image_checksum: '0'.repeat(32),
      },
      ...node,
    });
    for (const address of macs) {
      await client.create('ports', {node_uuid: uuid, address});
    }
    await client.provision(uuid, {target: 'manage'}, 'manageable');
    return uuid;
  }

  /** Ends everything and removes it. */
  async stop(): Promise<void> {
    // At SIGTERM a conductor would wait for work that nobody needs any more.
    this.processes.forEach(process => process.kill());
    await Promise.all(this.processes.map(({exited}) => exited));
    const servers = [this.files, ...this.conductors.map(({server}) => server)];
    await Promise.all(servers.map(server => server.stop()));
    await this.db.stop();
    await this.dir.remove();
  }

  private async launch({rpc, agents}: IronicOptions): Promise<void> {
    for (const [index, host] of HOSTS.entries()) {
      this.conductors.push(
        await this.prepare(host, `http://10.0.2.11${index + 1}`, rpc),
      );
    }
    await this.writeOwnConf(agents);
    const confFiles = this.conductors.map(({confFile}) => confFile);
    await Promise.all([
      this.writeBootScript(confFiles[0]),
      createSchema(confFiles[0]).then(() => this.grant()),
    ]);
    const programs = [
      ...confFiles.map(async file => {
        const conductor = await startIronic('ironic-conductor', file);
        this.processes.push(conductor);
        await conductor.waitForLine(/Successfully started conductor/, READY);
      }),
      startIronic('ironic-api', confFiles[0]).then(async api => {
        this.processes.push(api);
        await api.waitForLine(/wsgi starting up on/, READY);
      }),
    ];
    await Promise.all(programs);
  }

  private async prepare(
    host: string,
    httpUrl: string,
    rpc: Sections,
  ): Promise<IronicConductor> {
    const directory = this.dir.join(host);
    const httpRoot = path.join(directory, 'httpboot');
    for (const name of ['httpboot', 'images', 'master', 'tftpboot']) {
      await mkdir(path.join(directory, name), {recursive: true});
    }
    const settings = ironicSettings({
      host,
      directory,
      httpUrl,
      apiPort: this.apiPort,
      rpcPort: this.rpcPort,
      database: this.databaseUrl('ironic'),
      bootScript: this.bootScript,
      images: this.dir.join('images'),
    });
    return {
      host,
      httpRoot,
      httpUrl,
      confFile: await this.dir.write(
        `${host}/ironic.conf`,
        ironicConf(settings, rpc),
      ),
      server: await HttpRootServer.start(httpRoot),
    };
  }

  private async writeOwnConf(agents: Sections[string]): Promise<void> {
    const own: Sections = {
      boot_config: {...agents, ops_port: 0},
      // Who may read only.
      database: {connection: this.databaseUrl('boot_config')},
      pxe: {
        ipxe_use_boot_config_api: 'True',
        ipxe_config_api_root_url: API_ROOT,
      },
    };
    await this.dir.write(path.basename(this.ownConfFile), ironicConf(own));
  }

  private async writeBootScript(confFile: string): Promise<void> {
    const {code, stderr} = await runCommand([
      'boot-script',
      ...['--config-file', confFile],
      ...['--config-file', this.ownConfFile],
      ...['--output', this.bootScript],
    ]);
    if (code !== 0) throw new Error(stderr);
  }

  private async grant(): Promise<void> {
    const [reader] = deploymentDocument.blocksIn('sql');
    await enforcePrivileges(
      this.db,
      `CREATE USER ironic IDENTIFIED BY 'PASSWORD';
      GRANT ALL ON ironic.* TO ironic;
      ${reader.replaceAll('192.0.2.%', '127.0.0.1')}`,
    );
  }

  private databaseUrl(user: string): string {
    return `mysql+pymysql://${user}:PASSWORD@127.0.0.1:${this.db.port}/ironic`;
  }
}
