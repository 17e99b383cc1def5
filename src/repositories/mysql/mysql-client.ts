import {Duplex} from 'node:stream';
import {juggler} from '@loopback/repository';
import {BootConfigError} from '../../boot-config-error';
import {limitSession} from './session-limits';

/** The part of mysql2's callback API that is used. */
interface Connection {
  execute(
    sql: string,
    values: unknown[],
    done: (error: MysqlError | null, rows: unknown) => void,
  ): void;
  query(sql: string, done: (error: MysqlError | null) => void): void;
  release(): void;
  destroy(): void;
  readonly stream: Duplex;
}

interface Pool {
  getConnection(
    done: (error: MysqlError | null, connection: Connection) => void,
  ): void;
  on(event: 'connection', listener: (connection: Connection) => void): void;
}

/** `fatal`: the connection is gone with it. */
type MysqlError = Error & {code?: string; fatal?: boolean};

interface MysqlConnector {
  client?: Pool | null;
  connect(done: (error?: Error) => void): void;
  disconnect(done: (error?: Error) => void): void;
}

/**
 * Runs prepared SELECTs on the pool of a data source.
 *
 * Neither LoopBack nor the connector bounds a query on a hung server, so each
 * query goes by itself over a connection of the pool, under one signal from the
 * wait for a connection to the last row. A connection that was given up is
 * destroyed, as it would be busy for whoever got it next.
 */
export class MysqlClient {
  private readonly busy = new Set<Connection>();
  /** Connections that have answered a query before. */
  private readonly kept = new WeakSet<Connection>();

  /**
   * @param querySeconds - gives the time after which the server is to give up a
   *   query itself; without it, sessions are left as they are
   */
  constructor(
    private readonly dataSource: juggler.DataSource,
    private readonly querySeconds?: () => number,
  ) {}

  /**
   * @param values - one for each `?` in `sql`
   * @throws BootConfigError `database_unavailable`
   */
  async select<Row>(
    sql: string,
    values: unknown[],
    signal: AbortSignal,
  ): Promise<Row[]> {
    try {
      for (;;) {
        const connection = await this.connect(signal);
        try {
          return await this.execute<Row>(connection, sql, values, signal);
        } catch (error) {
          // A kept connection that is gone, by a restart of the server or a
          // firewall, tells nothing about the server; the next one may do.
          const isStale = this.kept.has(connection);
          if (!isStale || !(error as MysqlError).fatal) throw error;
        }
      }
    } catch (error) {
      const {code, message} = error as MysqlError;
      throw new BootConfigError(
        'database_unavailable',
        `Ironic's database: ${message || code}`,
        {cause: error},
      );
    }
  }

  /** Closes the pool, and does not wait for queries that are under way. */
  async close(): Promise<void> {
    for (const connection of this.busy) cut(connection);
    await new Promise<void>(resolve =>
      this.connector.disconnect(() => resolve()),
    );
  }

  private connect(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(tooLate());
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, {once: true});
      this.pool().getConnection((error, connection) => {
        signal.removeEventListener('abort', giveUp);
        if (error) reject(error);
        // Nobody waits for it any more.
        else if (signal.aborted) connection.release();
        else resolve(connection);
      });
    });
  }

  private async execute<Row>(
    connection: Connection,
    sql: string,
    values: unknown[],
    signal: AbortSignal,
  ): Promise<Row[]> {
    let giveUp: () => void;
    this.busy.add(connection);
    try {
      const rows = await new Promise<Row[]>((resolve, reject) => {
        giveUp = () => reject(tooLate());
        signal.addEventListener('abort', giveUp, {once: true});
        connection.execute(sql, values, (error, result) =>
          error ? reject(error) : resolve(result as Row[]),
        );
      });
      this.kept.add(connection);
      connection.release();
      return rows;
    } catch (error) {
      cut(connection);
      throw error;
    } finally {
      this.busy.delete(connection);
      signal.removeEventListener('abort', giveUp!);
    }
  }

  private pool(): Pool {
    const {connector} = this;
    // A data source with lazyConnect has no pool before its first use.
    if (!connector.client) this.open(connector);
    return connector.client!;
  }

  private open(connector: MysqlConnector): void {
    const {querySeconds} = this;
    connector.connect(() => {});
    if (!querySeconds) return;
    connector.client!.on('connection', connection =>
      limitSession(connection, querySeconds()),
    );
  }

  private get connector(): MysqlConnector {
    return this.dataSource.connector as unknown as MysqlConnector;
  }
}

/**
 * Closes a connection at once. The driver alone would say goodbye and keep the
 * socket until the server hangs up, which one that does not answer never does.
 */
function cut(connection: Connection): void {
  connection.destroy();
  connection.stream.destroy();
}

function tooLate(): Error {
  return new Error('the database did not answer in time');
}
