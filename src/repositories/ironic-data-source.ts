import {readFileSync} from 'node:fs';
import {juggler} from '@loopback/repository';
import {ConfigurationError} from '../config/configuration-error';
import {MysqlAddress, parseMysqlUrl} from '../config/database-url';
import {BootConfigOptions} from '../config/options';
import {Logger} from '../logger';

// Requests that may wait for a connection. As long as all of them are served
// within the deadline a queue is good; the deadline ends what waits for longer.
const QUEUE_LIMIT = 10_000;

// TCP probes an idle connection after this, so that no firewall forgets it, and
// gives it up after ten probes, one a second, without an answer. Otherwise each
// dead connection would cost one machine its script.
const KEEP_ALIVE_MILLISECONDS = 10_000;

/**
 * A data source for Ironic's database, made from `[database] connection`. It
 * connects in the background; a database that is down is no error here.
 *
 * @throws ConfigurationError when a TLS file can't be read
 */
export function createIronicDataSource(
  options: BootConfigOptions,
  logger: Logger,
): juggler.DataSource {
  const address = parseMysqlUrl(options.database.connection!)!;
  const dataSource = new juggler.DataSource('ironic', {
    connector: 'loopback-connector-mysql',
    host: address.host,
    port: address.port,
    user: address.user,
    password: address.password,
    database: address.database,
    socketPath: address.socketPath,
    ssl: readTls(address),
    collation: 'utf8mb4_general_ci',
    connectionLimit: options.database.max_pool_size,
    queueLimit: QUEUE_LIMIT,
    connectTimeout: options.boot_config.request_timeout * 1000,
    enableKeepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MILLISECONDS,
    // Connects when first used; otherwise juggler writes to the console itself
    // when the server is down.
    lazyConnect: true,
  });
  // The connector passes all that is left in the settings on to its driver,
  // which complains of what it does not know.
  delete dataSource.settings.lazyConnect;
  survive(dataSource, logger);
  return dataSource;
}

/**
 * Keeps a data source whose server is away from ending the process, as an error
 * event does to which nobody listens.
 */
export function survive(dataSource: juggler.DataSource, logger: Logger): void {
  dataSource.on('error', (error: Error & {code?: string}) =>
    logger.warn(
      {code: error.code},
      `Ironic's database is not available: ${error.message || error.code}`,
    ),
  );
}

function readTls({tls}: MysqlAddress): object | undefined {
  if (!tls) return undefined;
  return {
    ca: read(tls.caFile),
    cert: read(tls.certFile),
    key: read(tls.keyFile),
  };
}

function read(file: string | undefined): Buffer | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigurationError([
      {
        section: 'database',
        option: 'connection',
        value: '***',
        expected: `a readable TLS file: ${(error as Error).message}`,
      },
    ]);
  }
}
