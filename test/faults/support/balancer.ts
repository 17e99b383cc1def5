import {once} from 'node:events';
import http from 'node:http';
import {AddressInfo} from 'node:net';

// What concerns a connection and not the answer that goes over it.
const HOP_BY_HOP = new Set(['connection', 'keep-alive']);

/** One of the servers that a balancer has to choose from. */
interface Upstream {
  port: number;
  agent: http.Agent;
}

/**
 * A load balancer of the simplest kind: kept connections, requests in turn to
 * each server, and no second attempt but for a connection that is refused.
 */
export class Balancer {
  private readonly server: http.Server;
  private readonly upstreams: Upstream[];
  private turn = 0;

  private constructor(ports: number[]) {
    this.upstreams = ports.map(port => ({
      port,
      agent: new http.Agent({keepAlive: true, scheduling: 'fifo'}),
    }));
    this.server = http.createServer(
      // As the API's own, so that answers are the same byte for byte.
      {keepAliveTimeout: 15_000},
      (request, response) => this.forward(request, response, this.turn++),
    );
  }

  static async start(ports: number[]): Promise<Balancer> {
    const balancer = new Balancer(ports);
    balancer.server.listen(0, '127.0.0.1');
    await once(balancer.server, 'listening');
    return balancer;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const {agent} of this.upstreams) agent.destroy();
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private forward(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    turn: number,
    attempts = this.upstreams.length,
  ): void {
    const upstream = this.upstreams[turn % this.upstreams.length];
    const forwarded = http.get({
      host: '127.0.0.1',
      port: upstream.port,
      path: request.url,
      agent: upstream.agent,
    });
    forwarded.on('response', answer => {
      response.writeHead(answer.statusCode!, headersOf(answer));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    forwarded.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && attempts > 1) {
        this.forward(request, response, turn + 1, attempts - 1);
      } else {
        const reason = String(error);
        response.writeHead(502, {'Content-Length': reason.length}).end(reason);
      }
    });
  }
}

/** As sent, without those that concern the connection. */
function headersOf({rawHeaders}: http.IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => {
    const name = rawHeaders[index - (index % 2)];
    return !HOP_BY_HOP.has(name.toLowerCase());
  });
}
