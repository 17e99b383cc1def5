/** The part of a connection's API that is used. */
interface Connection {
  query(sql: string, done: (error: Error | null) => void): void;
}

/**
 * Bounds what the server does for a new connection.
 *
 * A server goes on with a query whose client has left, for instance with one
 * that waits for a table that an upgrade of Ironic has locked. As the client
 * comes back for the next request, it would take one connection after the other
 * until Ironic itself gets none.
 *
 * @param seconds - after which a query is of no use any more
 */
export function limitSession(connection: Connection, seconds: number): void {
  // A server that refuses it does without.
  connection.query(limits(seconds), () => {});
}

/** MariaDB and MySQL have one variable in common, and one each of their own. */
function limits(seconds: number): string {
  return (
    `SET SESSION lock_wait_timeout = ${Math.ceil(seconds)}` +
    `/*M!100101 , max_statement_time = ${seconds} */` +
    `/*!50708 , max_execution_time = ${Math.ceil(seconds * 1000)} */`
  );
}
