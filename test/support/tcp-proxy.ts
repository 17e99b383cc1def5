import {once} from 'node:events';
import net, {AddressInfo} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';

export interface TcpProxyOptions {
  /** Port of the server. */
  port: number;
  /** Default: 127.0.0.1. */
  host?: string;
  /** The address from which the server sees the connections come. */
  localAddress?: string;
}

/** One direction of a connection. */
interface Lane {
  from: net.Socket;
  to: net.Socket;
  /** Whether it leads to the client. */
  answers: boolean;
  /** Bytes carried since the proxy last changed its ways. */
  carried: number;
  /** The network has forgotten the connection: nothing arrives any more. */
  lost: boolean;
}

type Carry = (
  lane: Lane,
  bytes: Buffer,
  arrivedAt: number,
) => void | Promise<void>;

const atOnce: Carry = (lane, bytes) => {
  if (lane.to.writable) lane.to.write(bytes);
};

/**
 * Stands between clients and a server of this host, as a network does that has
 * faults. It begins without one.
 */
export class TcpProxy {
  private readonly lanes = new Set<Lane>();
  private carry: Carry = atOnce;
  private changed = deferred();

  private constructor(
    private readonly server: net.Server,
    private readonly options: TcpProxyOptions,
  ) {
    server.on('connection', client => this.join(client));
  }

  static async start(options: TcpProxyOptions): Promise<TcpProxy> {
    const server = net.createServer({allowHalfOpen: true});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpProxy(server, options);
  }

  /** Where it listens, on 127.0.0.1. */
  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Carries all bytes at once again, those that were held back first. */
  heal(): void {
    this.change(atOnce);
  }

  /** Carries all bytes `ms` later, in both directions. */
  delay(ms: number): void {
    this.change(async (lane, bytes, arrivedAt) => {
      await pause(arrivedAt + ms - performance.now());
      await atOnce(lane, bytes, arrivedAt);
    });
  }

  /** Holds all bytes back until it heals. */
  stall(): void {
    this.change(async (lane, bytes, arrivedAt) => {
      await this.changed.promise;
      await this.carry(lane, bytes, arrivedAt);
    });
  }

  /**
   * Loses all bytes. Neither side is told, and the connections over which
   * something was lost stay dead when it heals.
   */
  lose(): void {
    this.change(lane => {
      for (const one of this.lanes) {
        if (one === lane || one.to === lane.from) one.lost = true;
      }
    });
  }

  /** Forgets the connections that there are, as `lose` does; new ones work. */
  forget(): void {
    for (const lane of this.lanes) lane.lost = true;
  }

  /** Carries answers byte by byte. */
  trickle(msPerByte: number): void {
    const byteByByte: Carry = async (lane, bytes, arrivedAt) => {
      if (!lane.answers) return atOnce(lane, bytes, arrivedAt);
      for (let at = 0; at < bytes.length && !lane.to.destroyed; at++) {
        if (this.carry !== byteByByte) {
          return this.carry(lane, bytes.subarray(at), arrivedAt);
        }
        await atOnce(lane, bytes.subarray(at, at + 1), arrivedAt);
        await pause(msPerByte);
      }
    };
    this.change(byteByByte);
  }

  /** Resets each connection that has carried so many bytes of answers. */
  cutAfter(count: number): void {
    this.change((lane, bytes, arrivedAt) => {
      if (!lane.answers) return atOnce(lane, bytes, arrivedAt);
      const rest = bytes.subarray(0, count - lane.carried);
      lane.carried += rest.length;
      if (lane.carried < count) return atOnce(lane, rest, arrivedAt);
      // What is reset at once takes the last bytes with it.
      lane.to.write(rest, () => {
        lane.to.resetAndDestroy();
        lane.from.destroy();
      });
    });
  }

  /** Resets the connections that there are. */
  reset(): void {
    for (const {to} of this.lanes) to.resetAndDestroy();
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const {to} of this.lanes) to.destroy();
    this.heal();
    if (this.server.listening) await once(this.server, 'close');
  }

  private change(carry: Carry): void {
    this.carry = carry;
    for (const lane of this.lanes) lane.carried = 0;
    const {resolve} = this.changed;
    this.changed = deferred();
    resolve();
  }

  private join(client: net.Socket): void {
    const {port, host = '127.0.0.1', localAddress} = this.options;
    const server = net.connect({port, host, localAddress, allowHalfOpen: true});
    this.open({from: client, to: server, answers: false});
    this.open({from: server, to: client, answers: true});
  }

  private open(ends: Pick<Lane, 'from' | 'to' | 'answers'>): void {
    const lane: Lane = {...ends, carried: 0, lost: false};
    const {from, to} = lane;
    this.lanes.add(lane);
    let before = Promise.resolve();
    from.on('data', (bytes: Buffer) => {
      const arrivedAt = performance.now();
      before = before.then(async () => {
        if (!lane.lost) await this.carry(lane, bytes, arrivedAt);
      });
    });
    from.on('end', () => {
      void before.then(() => {
        if (!lane.lost) to.end();
      });
    });
    from.on('error', () => {
      if (!lane.lost) to.resetAndDestroy();
    });
    from.on('close', () => this.lanes.delete(lane));
  }
}

function deferred(): {promise: Promise<void>; resolve: () => void} {
  let resolve!: () => void;
  const promise = new Promise<void>(done => {
    resolve = done;
  });
  return {promise, resolve};
}
