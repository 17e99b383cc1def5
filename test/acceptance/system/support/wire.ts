import net from 'node:net';

const LONGEST_ANSWER_MS = 15_000;
const END_OF_HEADERS = '\r\n\r\n';

/** A connection over which bytes go as they are, and answers come back so. */
export class Wire {
  private received = '';
  private ended = false;
  private waiting?: () => void;

  private constructor(private readonly socket: net.Socket) {
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      this.received += chunk;
      this.waiting?.();
    });
    // What a reset leaves to be said is told by the missing bytes.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.ended = true;
      this.waiting?.();
    });
  }

  static async open(port: number, host = '127.0.0.1'): Promise<Wire> {
    const socket = net.connect(port, host);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve).once('error', reject);
    });
    return new Wire(socket);
  }

  send(bytes: string): void {
    this.socket.write(bytes, 'latin1');
  }

  /**
   * The next answer as it came, without its one line that differs from second
   * to second.
   *
   * @param options.bodyless - it answers HEAD
   */
  async answer({bodyless = false} = {}): Promise<string> {
    await this.until(() => this.received.includes(END_OF_HEADERS));
    const head = this.received.indexOf(END_OF_HEADERS) + END_OF_HEADERS.length;
    const [, length = '0'] =
      /^content-length: *(\d+)/im.exec(this.received.slice(0, head)) ?? [];
    const end = head + (bodyless ? 0 : Number(length));
    await this.until(() => this.received.length >= end);
    const answer = this.received.slice(0, end);
    this.received = this.received.slice(end);
    return answer.replace(/^Date: .*\r\n/m, '');
  }

  /** What comes until the other side closes the connection. */
  async rest(): Promise<string> {
    await this.until(() => this.ended);
    const rest = this.received;
    this.received = '';
    return rest;
  }

  close(): void {
    this.socket.destroy();
  }

  private async until(condition: () => boolean): Promise<void> {
    const timer = setTimeout(() => this.socket.destroy(), LONGEST_ANSWER_MS);
    try {
      while (!condition()) {
        if (this.ended) {
          throw new Error(`closed after ${JSON.stringify(this.received)}`);
        }
        await new Promise<void>(resolve => {
          this.waiting = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** A request of iPXE's form. */
export function request(
  target: string,
  {method = 'GET', connection = 'keep-alive'} = {},
): string {
  return (
    `${method} ${target} HTTP/1.1\r\nConnection: ${connection}\r\n` +
    'User-Agent: iPXE/1.0.0\r\nHost: 127.0.0.1\r\n\r\n'
  );
}

/** The whole answer with the script `body`, but for its date. */
export function served(body: string, connection = KEPT): string {
  return answer('200 OK', body, connection);
}

/** The whole answer to everything that is not served, but for its date. */
export function notFound(connection = KEPT): string {
  return answer('404 Not Found', 'Not Found\n', connection);
}

/** What an answer says of a connection that stays open. */
export const KEPT = 'Connection: keep-alive\r\nKeep-Alive: timeout=15\r\n';

/** What an answer says of a connection that is closed behind it. */
export const CLOSED = 'Connection: close\r\n';

function answer(status: string, body: string, connection: string): string {
  return (
    `HTTP/1.1 ${status}\r\n` +
    'Content-Type: text/plain; charset=utf-8\r\n' +
    `Content-Length: ${body.length}\r\n` +
    `Cache-Control: no-store\r\n${connection}\r\n${body}`
  );
}
