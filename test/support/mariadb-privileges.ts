import {readFile} from 'node:fs/promises';
import path from 'node:path';
import mysql from 'mysql2/promise';
import {MariaDb} from './mariadb';

/**
 * Makes a server refuse whoever has no right. Until then any user and password
 * will do; from then on those that `statements` make, separated by semicolons,
 * and connections that are open.
 */
export async function enforcePrivileges(
  db: MariaDb,
  statements: string,
): Promise<void> {
  const [{dir}] = await db.query<{dir: string}>(
    'SELECT @@character_sets_dir AS dir',
  );
  const connection = await mysql.createConnection({
    host: '127.0.0.1',
    port: db.port,
    user: 'root',
    database: 'mysql',
    multipleStatements: true,
  });
  try {
    // The tables that it has to have to refuse anybody.
    await connection.query(
      await readFile(path.join(dir, '../mysql_system_tables.sql'), 'utf8'),
    );
    await connection.query(`FLUSH PRIVILEGES; ${statements}`);
  } finally {
    connection.destroy();
  }
}
