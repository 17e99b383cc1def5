import {MASK} from './mask';

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

// SQLAlchemy's form of a URL, which is not that of RFC 3986: a password may
// hold anything but "@", and the host may be missing where a socket is named.
const MYSQL_URL = new RegExp(
  [
    /^(?:mysql|mariadb)(?:\+[a-z0-9]+)?:\/\//,
    /(?:(?<user>[^:/@]*)(?::(?<password>[^@]*))?@)?/,
    /(?<host>\[[^\]/?]*\]|[^:/?@[\]]*)(?::(?<port>\d{1,5}))?/,
    /\/(?<database>[^?]+)(?:\?(?<query>.*))?$/,
  ]
    .map(part => part.source)
    .join(''),
);
const MYSQL_PORT = 3306;
const LAST_PORT = 65535;
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
  const parts = MYSQL_URL.exec(connection)?.groups;
  const port = Number(parts?.port ?? MYSQL_PORT);
  if (!parts || port > LAST_PORT) return undefined;
  const query = new URLSearchParams(parts.query);
  return {
    host: parts.host.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port,
    user: unquote(parts.user) || undefined,
    password: unquote(parts.password) || undefined,
    database: parts.database,
    socketPath: query.get('unix_socket') ?? undefined,
    tls: tlsOf(query),
  };
}

/** A database URL without its password. */
export function maskDatabaseUrl(connection: string): string {
  // The same as the beginning of MYSQL_URL.
  return connection.replace(
    /^([^:]+:\/\/[^:/@]*:)[^@]*(?=@)/,
    (_all, before: string) => before + MASK,
  );
}

function tlsOf(query: URLSearchParams): MysqlAddress['tls'] {
  const tls = {
    caFile: query.get('ssl_ca') ?? undefined,
    certFile: query.get('ssl_cert') ?? undefined,
    keyFile: query.get('ssl_key') ?? undefined,
  };
  return Object.values(tls).some(Boolean) ? tls : undefined;
}

/** Takes percent escapes for bytes of UTF-8, and any other "%" as it is. */
function unquote(part = ''): string {
  return part.replace(/(?:%[0-9a-f]{2})+/gi, escapes =>
    Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}
