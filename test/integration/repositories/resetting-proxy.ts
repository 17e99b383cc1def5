import {once} from 'node:events';
import net, {AddressInfo} from 'node:net';

/**
 * Stands between a client and a server of this host, as a firewall does that
 * may forget the connections it knows.
 */
export class ResettingProxy {
  private readonly sockets = new Set<net.Socket>();
  private forgotten = new WeakSet<net.Socket>();

  private constructor(
    private readonly server: net.Server,
    private readonly upstreamPort: number,
  ) {
    server.on('connection', client => this.forward(client));
  }

  /** @param upstreamPort - of the server, on 127.0.0.1 */
  static async start(upstreamPort: number): Promise<ResettingProxy> {
    const server = net.createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ResettingProxy(server, upstreamPort);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /**
   * From now on whatever comes over a connection of before is answered by a
   * reset. Until then neither side hears of it.
   *
   * @returns how many there are
   */
  forget(): number {
    const clients = [...this.sockets];
    for (const client of clients) this.forgotten.add(client);
    return clients.length;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const client of this.sockets) client.destroy();
    await once(this.server, 'close');
  }

  private forward(client: net.Socket) {
    const upstream = net.connect(this.upstreamPort, '127.0.0.1');
    this.sockets.add(client);
    client.on('data', data => {
      if (this.forgotten.has(client)) client.resetAndDestroy();
      else upstream.write(data);
    });
    upstream.on('data', data => client.write(data));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        this.sockets.delete(client);
      });
    }
  }
}
