import {once} from 'node:events';
import net from 'node:net';

/** What a machine gets. */
export interface Answer {
  status: number;
  body: string;
}

/** Of a connection whose time is up. */
class TimeOut extends Error {}

/**
 * HTTP as iPXE speaks it: one connection, kept for the next request to the same
 * server, and opened anew where the server has closed it meanwhile.
 */
export class HttpClient {
  private socket?: net.Socket;
  private origin = '';

  /**
   * @param localAddress - the machine's
   * @param timeout - milliseconds without progress before it gives up
   */
  constructor(
    private readonly localAddress: string,
    private readonly timeout: number,
  ) {}

  /** @throws Error when there is no answer */
  async get(url: URL): Promise<Answer> {
    const isKept = this.socket !== undefined && this.origin === url.origin;
    try {
      return await this.ask(url);
    } catch (error) {
      // Once more over a connection of its own.
      if (!isKept || error instanceof TimeOut) throw error;
      return this.ask(url);
    }
  }

  close(): void {
    this.socket?.destroy();
    this.socket = undefined;
  }

  private async ask(url: URL): Promise<Answer> {
    try {
      const socket = await this.connect(url);
      socket.write(
        `GET ${url.pathname} HTTP/1.1\r\nConnection: keep-alive\r\n` +
          `User-Agent: iPXE/1.21.1\r\nHost: ${url.host}\r\n\r\n`,
      );
      return await readAnswer(socket);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  private async connect(url: URL): Promise<net.Socket> {
    if (this.socket?.writable && this.origin === url.origin) return this.socket;
    this.close();
    const socket = net.connect({
      host: url.hostname,
      port: Number(url.port),
      localAddress: this.localAddress,
      noDelay: true,
    });
    this.socket = socket;
    this.origin = url.origin;
    socket.setTimeout(this.timeout, () =>
      socket.destroy(new TimeOut('no progress')),
    );
    // Between two requests, nobody else listens.
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.socket === socket) this.socket = undefined;
    });
    await once(socket, 'connect');
    return socket;
  }
}

function readAnswer(socket: net.Socket): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let received = '';
    const settle = (act: () => void) => {
      socket.off('data', onData).off('error', onEnd).off('close', onEnd);
      act();
    };
    const onData = (bytes: Buffer) => {
      received += bytes.toString('latin1');
      const answer = parse(received);
      if (answer) settle(() => resolve(answer));
    };
    const onEnd = (error?: unknown) =>
      settle(() =>
        reject(error instanceof Error ? error : new Error('closed')),
      );
    socket.on('data', onData).on('error', onEnd).on('close', onEnd);
  });
}

/** The answer, once it is whole. */
function parse(received: string): Answer | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = received.slice(0, end);
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1]);
  const body = received.slice(end + 4);
  if (body.length < length) return undefined;
  return {status: Number(head.split(' ', 2)[1]), body};
}
