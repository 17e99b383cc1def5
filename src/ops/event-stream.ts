import {ServerResponse} from 'node:http';
import {EventFilter, EventStore} from './event-store';

const HEARTBEAT_MILLISECONDS = 15_000;

/**
 * Sends events to one reader as they come (Server-Sent Events, WHATWG HTML
 * section 9.2).
 *
 * It has a place in the store and no queue: it goes on from there as fast as
 * the reader reads. What is overwritten before a slow reader came to it is
 * told of as lost.
 */
export class EventStream {
  private readonly endListening: () => void;
  private readonly heartbeat: NodeJS.Timeout;
  private wasStuck = false;
  private soon?: NodeJS.Immediate;

  /**
   * @param place - number of the first event to send
   * @param onLost - is told how many events the reader missed
   */
  constructor(
    private readonly response: ServerResponse,
    private readonly store: EventStore,
    private readonly filter: EventFilter,
    private place: number,
    private readonly onLost: (events: number) => void,
  ) {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-store',
      // nginx would hold them back.
      'X-Accel-Buffering': 'no',
    });
    response.write(': events\n\n');
    this.endListening = store.onEvent(() => this.sendSoon());
    response.on('drain', () => this.sendOn());
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MILLISECONDS);
    this.heartbeat.unref();
    response.once('close', () => this.stop());
    this.sendOn();
  }

  /** Ends it; the reader comes back for more by itself. */
  end(): void {
    this.stop();
    this.response.end();
  }

  /** Not at once, as the request that is told of may not wait for it. */
  private sendSoon(): void {
    this.soon ??= setImmediate(() => this.sendOn());
  }

  private sendOn(): void {
    const {response, store} = this;
    this.soon = undefined;
    while (this.place < store.next && !response.writableNeedDrain) {
      if (this.place < store.first) {
        this.skipLost();
        continue;
      }
      const event = store.at(this.place++);
      if (!this.filter(event)) continue;
      response.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
    }
  }

  private skipLost(): void {
    const lost = this.store.first - this.place;
    this.place = this.store.first;
    this.onLost(lost);
    this.response.write(`event: lost\ndata: {"events":${lost}}\n\n`);
  }

  /** Shows proxies and the reader that it is alive, and finds out who is not. */
  private beat(): void {
    if (!this.response.writableNeedDrain) {
      this.wasStuck = false;
      this.response.write(': heartbeat\n\n');
    } else if (this.wasStuck) {
      this.response.destroy();
    } else {
      this.wasStuck = true;
    }
  }

  private stop(): void {
    this.endListening();
    clearImmediate(this.soon);
    clearInterval(this.heartbeat);
  }
}
