import fs from 'node:fs';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import mysql from 'mysql2/promise';
import {freePort} from './ports';
import {TestProcess} from './process';
import {projectRoot} from './project';
import {TempDir} from './temp-dir';

const HOST = '127.0.0.1';
const DATABASE = 'ironic';
const SCHEMA = path.join(projectRoot, 'test/support/ironic-schema.sql');
const READY_MS = 20000;
const POLL_MS = 10;

export interface MariaDbOptions {
  /** False leaves the database `ironic` without Ironic's tables. */
  schema?: boolean;
  /** Further options of mariadbd, such as `--max-connections=3`. */
  args?: string[];
}

/**
 * A MariaDB server of the test's own on loopback, with Ironic's tables in the
 * database `ironic`. Any user and password will do. What was committed survives
 * `kill` and `restart`; `stop` removes everything.
 */
export class MariaDb {
  private server!: TestProcess;
  private connection: Promise<mysql.Connection> | undefined;

  private constructor(
    readonly port: number,
    private readonly dir: TempDir,
    private readonly args: string[],
  ) {}

  static async start({
    schema = true,
    args = [],
  }: MariaDbOptions = {}): Promise<MariaDb> {
    const dir = await TempDir.create('mariadb-');
    const db = new MariaDb(await freePort(HOST), dir, args);
    try {
      // An empty system schema spares the installation step.
      await fs.promises.mkdir(path.join(db.dataDirectory, 'mysql'), {
        recursive: true,
      });
      await db.launch();
      await db.create(schema);
    } catch (error) {
      await db.stop();
      throw error;
    }
    return db;
  }

  get pid(): number {
    return this.server.pid;
  }

  get dataDirectory(): string {
    return this.dir.join('data');
  }

  get socket(): string {
    return this.dir.join('socket');
  }

  /** As `[database] connection` in ironic.conf has it. */
  get url(): string {
    return `mysql+pymysql://root@${HOST}:${this.port}/${DATABASE}`;
  }

  /** The rows that a statement answers; `?` stands for a parameter. */
  async query<Row = Record<string, unknown>>(
    sql: string,
    params: unknown[] = [],
  ): Promise<Row[]> {
    const connection = await this.connect();
    const [rows] = await connection.query<mysql.RowDataPacket[]>(sql, params);
    return rows as Row[];
  }

  /**
   * Runs a statement that changes something. `?` may stand for a list of rows
   * after VALUES too.
   */
  async run(
    sql: string,
    params: unknown[] = [],
  ): Promise<mysql.ResultSetHeader> {
    const connection = await this.connect();
    const [result] = await connection.query<mysql.ResultSetHeader>(sql, params);
    return result;
  }

  /** Freezes the server: its connections stay open and nothing answers. */
  suspend(): void {
    this.server.kill('SIGSTOP');
  }

  resume(): void {
    this.server.kill('SIGCONT');
  }

  /** Ends the server at once and leaves its data for `restart`. */
  async kill(): Promise<void> {
    this.disconnect();
    this.server.kill('SIGKILL');
    await this.server.exited;
  }

  /** Starts the server anew, on its port and with its data. */
  async restart(): Promise<void> {
    this.disconnect();
    await this.server.stop();
    await this.launch();
  }

  async stop(): Promise<void> {
    this.disconnect();
    // Undefined if mariadbd could not be started at all.
    await this.server?.stop();
    await this.dir.remove();
  }

  private async launch() {
    this.server = await TestProcess.start(
      'mariadbd',
      [
        '--no-defaults',
        `--datadir=${this.dataDirectory}`,
        // At its start a server empties the one that it shares with others.
        `--tmpdir=${this.dir.join()}`,
        `--socket=${this.socket}`,
        `--pid-file=${this.dir.join('pid')}`,
        `--bind-address=${HOST}`,
        `--port=${this.port}`,
        '--skip-grant-tables',
        '--skip-name-resolve',
        '--innodb-buffer-pool-size=16M',
        '--innodb-log-file-size=8M',
        '--innodb-use-native-aio=0',
        // To the system at each commit but not to the disk: survives a kill.
        '--innodb-flush-log-at-trx-commit=2',
        ...(process.getuid?.() === 0 ? ['--user=root'] : []),
        ...this.args,
      ],
      // Debian keeps it in a directory that is not on every user's path.
      {env: {PATH: `${process.env.PATH}:/usr/sbin`}},
    );
    await this.ready();
  }

  private async ready() {
    const deadline = Date.now() + READY_MS;
    while (this.server.running && Date.now() < deadline) {
      try {
        const connection = await open({connectTimeout: READY_MS}, this.port);
        connection.destroy();
        return;
      } catch {
        await pause(POLL_MS);
      }
    }
    await this.kill();
    throw new Error(
      `mariadbd did not get ready:\n${this.server.lines.join('\n')}`,
    );
  }

  private async create(schema: boolean) {
    const connection = await open({multipleStatements: true}, this.port);
    try {
      await connection.query(
        `CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb3; USE ${DATABASE};` +
          (schema ? await fs.promises.readFile(SCHEMA, 'utf8') : ''),
      );
    } finally {
      connection.destroy();
    }
  }

  private async connect(): Promise<mysql.Connection> {
    this.connection ??= open({database: DATABASE}, this.port).then(
      connection => {
        connection.on('error', () => this.disconnect());
        return connection;
      },
      error => {
        this.connection = undefined;
        throw error;
      },
    );
    return this.connection;
  }

  private disconnect() {
    const connection = this.connection;
    this.connection = undefined;
    connection?.then(
      open => open.destroy(),
      () => {},
    );
  }
}

async function open(options: mysql.ConnectionOptions, port: number) {
  return mysql.createConnection({
    host: HOST,
    port,
    user: 'root',
    // Ironic's times are in UTC.
    timezone: 'Z',
    ...options,
  });
}
