import {once} from 'node:events';
import {AddressInfo, createServer, Server, Socket} from 'node:net';
import mysql, {ConnectionOptions} from 'mysql2';

const ACCESS_DENIED = 1045;
const UTF8MB4 = 45;

/** Speaks MySQL's protocol, and takes nobody's password. */
export class UnwelcomingDatabase {
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor() {
    this.server = createServer(socket => this.turnAway(socket));
  }

  static async start(): Promise<UnwelcomingDatabase> {
    const database = new UnwelcomingDatabase();
    database.server.listen(0, '127.0.0.1');
    await once(database.server, 'listening');
    return database;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
  }

  private turnAway(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    const connection = mysql.createConnection({
      stream: socket,
      isServer: true,
    } as ConnectionOptions);
    connection.on('error', () => {});
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: '10.11.0-MariaDB',
      connectionId: 1,
      statusFlags: 2,
      characterSet: UTF8MB4,
      capabilityFlags: 0xffffff,
      authCallback: (
        {user, address}: {user: string; address: string},
        done: (error: null, denial: object) => void,
      ) =>
        done(null, {
          code: ACCESS_DENIED,
          message: `Access denied for user '${user}'@'${address}' (using password: YES)`,
        }),
    });
  }
}
