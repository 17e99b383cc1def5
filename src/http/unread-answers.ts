import {IncomingMessage, ServerResponse} from 'node:http';
import {Socket} from 'node:net';

/** Counts the answers of each connection that its client has not read yet. */
export class UnreadAnswers {
  private readonly counts = new WeakMap<Socket, number>();

  /** @returns how many there are on its connection, this one included */
  add({socket}: IncomingMessage, response: ServerResponse): number {
    const count = this.of(socket) + 1;
    this.counts.set(socket, count);
    response.once('close', () => this.counts.set(socket, this.of(socket) - 1));
    return count;
  }

  private of(socket: Socket): number {
    return this.counts.get(socket) ?? 0;
  }
}
