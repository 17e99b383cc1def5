import {
  ConductorSpec,
  insertConductor,
  insertNode,
  NodeSpec,
} from '../../../support/ironic-data';
import {MariaDb} from '../../../support/mariadb';
import {freePort} from '../../../support/ports';
import {TestProcess} from '../../../support/process';
import {TempDir} from '../../../support/temp-dir';
import {startCommand} from './command';
import {ironicConf, Sections} from './ironic-conf';

const STARTED = {timeoutMs: 30_000};

/** A line of a log. */
export type LogLine = Record<string, unknown> & {msg: string};

/** An `ironic-boot-config serve`. */
export class Api {
  private constructor(
    readonly process: TestProcess,
    readonly port: number,
    readonly opsPort: number,
  ) {}

  static async start(confFile: string, ...args: string[]): Promise<Api> {
    const command = await startCommand([
      'serve',
      ...['--config-file', confFile],
      ...args,
    ]);
    try {
      const [, ops] = await command.waitForLine(
        /"explorer":"http:\/\/[^"]*:(\d+)\/explorer\/"/,
        STARTED,
      );
      const [, port] = await command.waitForLine(
        /"address":"[^"]*:(\d+)","msg":"API listens/,
        STARTED,
      );
      return new Api(command, Number(port), Number(ops));
    } catch (error) {
      // Nobody else could, and it would keep the tests from ending.
      command.kill();
      throw error;
    }
  }

  /** What it logged about requests. */
  get requestLog(): LogLine[] {
    return (
      this.process.stderr
        // The database driver writes lines of its own.
        .filter(line => line.startsWith('{'))
        .map(line => JSON.parse(line) as LogLine)
        // The steps of a request have its id, too.
        .filter(line => 'request_id' in line && !('step' in line))
    );
  }
}

/** An `ironic-boot-config conductor`. */
export class Conductor {
  constructor(
    readonly process: TestProcess,
    readonly host: string,
    private readonly dir: TempDir,
    private readonly httpRoot: string,
  ) {}

  /** Path of its HTTP root. */
  get root(): string {
    return this.dir.join(this.httpRoot);
  }

  /** Puts a script where Ironic does. */
  async write(nodeUuid: string, script: string): Promise<void> {
    await this.dir.write(`${this.httpRoot}/${nodeUuid}/config`, script);
  }
}

/** How a conductor is started. */
export interface ConductorStart {
  /** Waits for a line like this; default: that it listens. */
  until?: RegExp;
  /** Of its ironic.conf; default: a new one. */
  name?: string;
}

/**
 * A database with Ironic's tables, and processes of the command around it, all
 * on loopback: conductors are told apart by their addresses and share a port.
 */
export class Deployment {
  private readonly processes: TestProcess[] = [];
  private files = 0;

  private constructor(
    readonly db: MariaDb,
    readonly rpcPort: number,
    private readonly dir: TempDir,
  ) {}

  static async create(): Promise<Deployment> {
    const [db, rpcPort, dir] = await Promise.all([
      MariaDb.start(),
      // Free on every address that a conductor may have.
      freePort('0.0.0.0'),
      TempDir.create(),
    ]);
    return new Deployment(db, rpcPort, dir);
  }

  /**
   * Writes an ironic.conf, a new one unless it has a name, and returns its path.
   */
  async conf(
    sections: Sections = {},
    name = `ironic-${++this.files}.conf`,
  ): Promise<string> {
    const common: Sections = {
      DEFAULT: {rpc_transport: 'json-rpc'},
      api: {host_ip: '127.0.0.1', port: 0},
      boot_config: {ops_port: 0},
      database: {connection: this.db.url},
      json_rpc: {port: this.rpcPort},
    };
    return this.dir.write(name, ironicConf(common, sections));
  }

  /** Starts the API side. */
  async startApi(sections?: Sections, name?: string): Promise<Api> {
    const api = await Api.start(await this.conf(sections, name));
    this.processes.push(api.process);
    return api;
  }

  /** Registers a conductor in the database. @returns its id there */
  async register(spec: ConductorSpec): Promise<number> {
    return insertConductor(this.db, {
      // An hour ahead, since nobody sends heartbeats.
      updatedAt: new Date(Date.now() + 3_600_000),
      ...spec,
    });
  }

  /** Adds a node with its ports. @returns its UUID */
  async addNode(spec: NodeSpec): Promise<string> {
    return (await insertNode(this.db, spec)).uuid;
  }

  /**
   * Starts a conductor that listens on the address that its name is.
   */
  async startConductor(
    host: string,
    sections: Sections = {},
    {until = /conductor listens/, name}: ConductorStart = {},
  ): Promise<Conductor> {
    const httpRoot = `httpboot-${host}`;
    await this.dir.write(`${httpRoot}/index.html`, '');
    const confFile = await this.conf(
      {
        ...sections,
        DEFAULT: {host, ...sections.DEFAULT},
        deploy: {http_root: this.dir.join(httpRoot), ...sections.deploy},
      },
      name,
    );
    const command = await startCommand([
      'conductor',
      '--config-file',
      confFile,
    ]);
    this.processes.push(command);
    await command.waitForLine(until);
    return new Conductor(command, host, this.dir, httpRoot);
  }

  /** Ends everything and removes it. */
  async remove(): Promise<void> {
    await Promise.all(this.processes.map(process => process.stop()));
    await this.db.stop();
    await this.dir.remove();
  }
}
