import {Server, ServerResponse} from 'node:http';
import {Socket} from 'node:net';
import {Duplex} from 'node:stream';
import {Server as TlsServer} from 'node:tls';

/**
 * The connections of a server, and which of them have a request that waits for
 * its answer. http.Server itself takes one that has sent nothing yet, or half a
 * request, for busy.
 */
export class Connections {
  private readonly sockets = new Set<Socket>();
  private readonly pending = new Map<Duplex, Set<ServerResponse>>();

  /** @param server - with all its handlers */
  constructor(server: Server) {
    // Requests over TLS know the socket that was made of the connection.
    const connected =
      server instanceof TlsServer ? 'secureConnection' : 'connection';
    server.on(connected, (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    for (const event of ['request', 'checkContinue', 'checkExpectation']) {
      // A listener alone would keep node:http from answering by itself.
      if (!server.listenerCount(event)) continue;
      server.prependListener(event, (_request, response: ServerResponse) =>
        this.track(response),
      );
    }
  }

  /** Has the answers that are still to come end their connections. */
  letClose(): void {
    for (const responses of this.pending.values()) {
      for (const response of responses) response.shouldKeepAlive = false;
    }
  }

  /** Closes those on which nobody waits for an answer. */
  closeIdle(): void {
    for (const socket of this.sockets) {
      if (!this.pending.has(socket)) socket.destroy();
    }
  }

  private track(response: ServerResponse): void {
    const {socket} = response.req;
    const responses = this.pending.get(socket) ?? new Set();
    this.pending.set(socket, responses.add(response));
    response.once('close', () => {
      responses.delete(response);
      if (responses.size === 0) this.pending.delete(socket);
    });
  }
}
