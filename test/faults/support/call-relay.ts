import {once} from 'node:events';
import net, {AddressInfo} from 'node:net';

const CALL = 'POST / HTTP/1.1';

/** Stands before a conductor and counts the calls that are sent to it. */
export class CallRelay {
  calls = 0;

  private readonly sockets = new Set<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    private readonly host: string,
    private readonly port: number,
  ) {
    server.on('connection', socket => this.relay(socket));
  }

  /** Listens on the address of the conductor, and calls it on `port`. */
  static async start(host: string, port: number): Promise<CallRelay> {
    const server = net.createServer().listen(0, host);
    await once(server, 'listening');
    return new CallRelay(server, host, port);
  }

  /** What the conductor is called by those who are to call the relay. */
  get hostname(): string {
    const {address, family, port} = this.server.address() as AddressInfo;
    return `${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private relay(client: net.Socket): void {
    let upstream: net.Socket | undefined;
    this.sockets.add(client);
    client.on('error', () => {});
    client.on('close', () => {
      this.sockets.delete(client);
      upstream?.destroy();
    });
    client.on('data', chunk => {
      // A call comes in one piece, or at least its first line does.
      this.calls += chunk.toString('latin1').split(CALL).length - 1;
      upstream ??= this.connect(client);
      upstream.write(chunk);
    });
  }

  private connect(client: net.Socket): net.Socket {
    const upstream = net.connect(this.port, this.host);
    upstream.on('error', () => {});
    upstream.on('close', () => client.destroy());
    upstream.on('data', chunk => client.write(chunk));
    return upstream;
  }
}
