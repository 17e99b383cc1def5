import {once} from 'node:events';
import net, {AddressInfo} from 'node:net';

/** A call that a rogue conductor got. */
export interface RogueCall {
  socket: net.Socket;
  /** Id of the JSON-RPC request. */
  id: string;
}

/** What it does about a call. */
export type Roguery = (call: RogueCall) => void;

/** Speaks JSON-RPC over HTTP as badly as it is told, byte by byte. */
export class RogueConductor {
  /** Calls that it has read. */
  calls = 0;

  private readonly sockets = new Set<net.Socket>();
  private roguery: Roguery;
  private reads = true;

  private constructor(
    private readonly server: net.Server,
    private readonly script: string,
  ) {
    this.roguery = this.answer;
    server.on('connection', socket => this.serve(socket));
  }

  /** @param script - what it answers while it behaves */
  static async start(script: string, port = 0): Promise<RogueConductor> {
    const server = net.createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new RogueConductor(server, script);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Its name in Ironic's database. */
  get hostname(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Answers soundly. */
  readonly answer: Roguery = ({socket, id}) =>
    socket.write(http('200 OK', this.resultFor(id)));

  /** The sound body for a call. */
  resultFor(id: string, result: unknown = this.script): string {
    return JSON.stringify({jsonrpc: '2.0', id, result});
  }

  behave(): void {
    this.misbehave(this.answer);
  }

  misbehave(roguery: Roguery): void {
    this.roguery = roguery;
    this.reads = true;
    for (const socket of this.sockets) socket.resume();
  }

  /** Accepts connections and reads nothing that comes over them. */
  readNothing(): void {
    this.reads = false;
    for (const socket of this.sockets) socket.pause();
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, 'close');
  }

  private serve(socket: net.Socket): void {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    let received = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      received += chunk;
      const [head, body] = received.split('\r\n\r\n');
      const length = /^content-length: *(\d+)/im.exec(head)?.[1];
      if (body === undefined || body.length < Number(length)) return;
      received = '';
      const {id} = JSON.parse(body) as {id: string};
      this.calls += 1;
      this.roguery({socket, id});
    });
    if (!this.reads) socket.pause();
  }
}

/** An answer with a body, whole. */
export function http(
  status: string,
  body: string,
  headers: Record<string, string> = {},
): string {
  const lines = Object.entries({
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}\r\n${body}`;
}
