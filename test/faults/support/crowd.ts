import net from 'node:net';
import {notFound, CLOSED, request} from '../../acceptance/system/support/wire';

/** What a client does that never comes to the end of a request. */
type Habit = 'idle' | 'half a request' | 'now and then a byte';

const HABITS: Habit[] = ['idle', 'half a request', 'now and then a byte'];

const REQUEST = request('/v1/boot/52:54:00:00:00:01/boot.ipxe');
const BYTE_EVERY_MS = 2000;

// Less than the system lets wait for a server to accept them.
const AT_ONCE = 240;

/** Clients that hold connections and do not get on with their requests. */
export class Crowd {
  private readonly sockets = new Set<net.Socket>();
  private readonly timer: NodeJS.Timeout;
  private readonly slow: net.Socket[] = [];
  private said = 0;

  /** What the server said to those whose connections it closed. */
  readonly farewells = new Map<string, number>();

  private constructor(private readonly port: number) {
    this.timer = setInterval(() => {
      const byte = REQUEST[this.said++ % (REQUEST.length - 4)];
      for (const socket of this.slow) if (socket.writable) socket.write(byte);
    }, BYTE_EVERY_MS);
  }

  /** So many clients, of each habit a third. */
  static async gather(port: number, clients: number): Promise<Crowd> {
    const crowd = new Crowd(port);
    for (let come = 0; come < clients; come += AT_ONCE) {
      await Promise.all(
        Array.from({length: Math.min(AT_ONCE, clients - come)}, (_, client) =>
          crowd.join(HABITS[client % HABITS.length]),
        ),
      );
    }
    return crowd;
  }

  /** Connections that the server has not closed. */
  get size(): number {
    return this.sockets.size;
  }

  leave(): void {
    clearInterval(this.timer);
    for (const socket of this.sockets) socket.destroy();
  }

  private join(habit: Habit): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = net.connect(this.port, '127.0.0.1', () => {
        this.sockets.add(socket);
        if (habit === 'half a request') socket.write(REQUEST.slice(0, 40));
        if (habit === 'now and then a byte') this.slow.push(socket);
        resolve();
      });
      let said = '';
      socket.setEncoding('latin1').on('data', (text: string) => (said += text));
      socket.on('error', reject);
      socket.on('close', () => {
        this.sockets.delete(socket);
        const farewell = said.replace(/^Date: .*\r\n/m, '');
        this.farewells.set(farewell, (this.farewells.get(farewell) ?? 0) + 1);
      });
    });
  }
}

/** All that a server may say to a client without a request. */
export const FAREWELLS = ['', notFound(CLOSED)];
