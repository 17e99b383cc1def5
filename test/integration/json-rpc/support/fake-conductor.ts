import {once} from 'node:events';
import {createServer, IncomingMessage, Server, ServerResponse} from 'node:http';
import {AddressInfo, Socket} from 'node:net';

/** A request as it came. */
export interface SeenRequest {
  method?: string;
  url?: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export type Answer = (
  response: ServerResponse,
  request: SeenRequest,
) => void | Promise<void>;

/**
 * A conductor that answers what a test says, and counts who is connected.
 * Without `answer` it says nothing at all.
 */
export class FakeConductor {
  readonly requests: SeenRequest[] = [];
  /** Connections that were made. */
  connections = 0;
  /** Those of them that are still open. */
  readonly open = new Set<Socket>();
  /** Answers that are neither complete nor cut. */
  readonly underWay = new Set<ServerResponse>();

  private readonly server: Server;
  private listeningPort = 0;

  private constructor(
    private readonly host: string,
    private readonly answer: Answer,
  ) {
    this.server = createServer((request, response) => {
      void this.handle(request, response);
    });
    this.server.on('connection', socket => {
      this.connections++;
      this.open.add(socket);
      socket.on('close', () => this.open.delete(socket));
      // A client may go at any moment.
      socket.on('error', () => {});
    });
  }

  static async start(
    answer: Answer = () => {},
    {host = '127.0.0.1', port = 0} = {},
  ): Promise<FakeConductor> {
    const conductor = new FakeConductor(host, answer);
    conductor.server.listen(port, host);
    await once(conductor.server, 'listening');
    const address = conductor.server.address() as AddressInfo;
    conductor.listeningPort = address.port;
    return conductor;
  }

  get port(): number {
    return this.listeningPort;
  }

  /** Its name, which tells where it listens. */
  get name(): string {
    const host = this.host.includes(':') ? `[${this.host}]` : this.host;
    return `${host}:${this.port}`;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen: SeenRequest = {
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.underWay.add(response);
    response.on('close', () => this.underWay.delete(response));
    this.requests.push(seen);
    await this.answer(response, seen);
  }
}

/** Answers with the members given, as a sound answer to the request. */
export function answers(members: object): Answer {
  return (response, {body}) => {
    const {id} = JSON.parse(body) as {id: unknown};
    send(response, 200, JSON.stringify({jsonrpc: '2.0', id, ...members}));
  };
}

/** Answers with a status and a body. */
export function answersWith(status: number, body: string): Answer {
  return response => send(response, status, body);
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}
