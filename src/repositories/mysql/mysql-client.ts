import {juggler} from '@loopback/repository';
import {BootConfigError} from '../../boot-config-error';

/** The part of mysql2's callback API that is used. */
interface Connection {
  execute(
    sql: string,
    values: unknown[],
    done: (error: MysqlError | null, rows: unknown) => void,
  ): void;
  release(): void;
  destroy(): void;
}

interface Pool {
  getConnection(
    done: (error: MysqlError | null, connection: Connection) => void,
  ): void;
}

type MysqlError = Error & {code?: string};

interface MysqlConnector {
  client?: Pool;
  connect(done: (error?: Error) => void): void;
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
  constructor(private readonly dataSource: juggler.DataSource) {}

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
      return await this.selectOnce<Row>(sql, values, signal);
    } catch (error) {
      // The server closed a kept connection, by a restart for instance.
      if ((error as MysqlError).code === 'PROTOCOL_CONNECTION_LOST') {
        return this.selectOnce<Row>(sql, values, signal).catch(unavailable);
      }
      return unavailable(error);
    }
  }

  private selectOnce<Row>(
    sql: string,
    values: unknown[],
    signal: AbortSignal,
  ): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      let connection: Connection | undefined;
      const giveUp = () => {
        connection?.destroy();
        reject(new Error('the database did not answer in time'));
      };
      if (signal.aborted) return giveUp();
      signal.addEventListener('abort', giveUp, {once: true});
      this.pool().getConnection((noConnection, got) => {
        if (noConnection) {
          signal.removeEventListener('abort', giveUp);
          return reject(noConnection);
        }
        if (signal.aborted) return got.release();
        connection = got;
        got.execute(sql, values, (failed, rows) => {
          signal.removeEventListener('abort', giveUp);
          if (signal.aborted) return;
          if (failed) {
            got.destroy();
            return reject(failed);
          }
          got.release();
          resolve(rows as Row[]);
        });
      });
    });
  }

  private pool(): Pool {
    const connector = this.dataSource.connector as unknown as MysqlConnector;
    // A data source with lazyConnect has no pool before its first use.
    if (!connector.client) connector.connect(() => {});
    return connector.client!;
  }
}

function unavailable(error: unknown): never {
  const {code, message} = error as MysqlError;
  throw new BootConfigError(
    'database_unavailable',
    `Ironic's database: ${message || code}`,
    {cause: error},
  );
}
