/** Where Ironic's database is. */
export interface MysqlAddress {
  host: string;
  port: number;
  user?: string;
  password?: string;
  database: string;
  socketPath?: string;
  /** Files of the TLS options of PyMySQL. */
  tls?: {caFile?: string; certFile?: string; keyFile?: string};
}

const MYSQL_SCHEME = /^(mysql|mariadb)(\+[a-z0-9]+)?:$/;
const MYSQL_PORT = 3306;
const EMBEDDED_SCHEME = 'memory:';

/** The file of an embedded store, when `connection` is `memory:FILE.json`. */
export function embeddedFile(connection: string): string | undefined {
  return connection.startsWith(EMBEDDED_SCHEME)
    ? connection.slice(EMBEDDED_SCHEME.length)
    : undefined;
}

/**
 * Reads an SQLAlchemy URL such as
 * `mysql+pymysql://USER:PASSWORD@HOST:3306/ironic?charset=utf8`. User and
 * password may be percent-encoded.
 *
 * @returns `undefined` when it is none, or not one of MySQL or MariaDB
 */
export function parseMysqlUrl(connection: string): MysqlAddress | undefined {
  if (!URL.canParse(connection)) return undefined;
  const url = new URL(connection);
  const database = decode(url.pathname.slice(1));
  if (!MYSQL_SCHEME.test(url.protocol) || !database) return undefined;
  const query = url.searchParams;
  return {
    host: decode(url.hostname).replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: url.port ? Number(url.port) : MYSQL_PORT,
    user: decode(url.username) || undefined,
    password: decode(url.password) || undefined,
    database,
    socketPath: query.get('unix_socket') ?? undefined,
    tls: tlsOf(query),
  };
}

function tlsOf(query: URLSearchParams): MysqlAddress['tls'] {
  const tls = {
    caFile: query.get('ssl_ca') ?? undefined,
    certFile: query.get('ssl_cert') ?? undefined,
    keyFile: query.get('ssl_key') ?? undefined,
  };
  return Object.values(tls).some(Boolean) ? tls : undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
