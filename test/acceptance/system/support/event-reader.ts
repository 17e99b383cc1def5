import http, {IncomingMessage} from 'node:http';
import {eventually} from '../../../support/eventually';

/** A message of a stream of Server-Sent Events. */
export interface StreamMessage {
  id?: string;
  event?: string;
  data: Record<string, unknown>;
}

/** Reads `/events/stream` as a browser does. */
export class EventReader {
  readonly messages: StreamMessage[] = [];
  ended = false;

  private text = '';

  private constructor(private readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (this.text + chunk).split('\n\n');
      this.text = blocks.pop()!;
      for (const block of blocks) this.read(block);
    });
    response.on('error', () => {}).on('close', () => (this.ended = true));
  }

  static async open(
    url: string,
    headers: Record<string, string> = {},
  ): Promise<EventReader> {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      http.get(url, {headers, agent: false}, resolve).on('error', reject);
    });
    if (response.statusCode !== 200) {
      throw new Error(`${url}: ${response.statusCode}`);
    }
    return new EventReader(response);
  }

  /** Waits for the next messages. */
  async next(count: number): Promise<StreamMessage[]> {
    await eventually(
      `${count} events are in the stream`,
      () => this.messages.length >= count,
    );
    return this.messages.splice(0, count);
  }

  close(): void {
    this.response.destroy();
  }

  private read(block: string): void {
    const fields = block
      .split('\n')
      .filter(line => !line.startsWith(':'))
      .map(line => /^(\w+): (.*)$/.exec(line)!.slice(1) as [string, string]);
    if (!fields.length) return;
    const {id, event, data} = Object.fromEntries(fields);
    this.messages.push({
      id,
      event,
      data: JSON.parse(data) as StreamMessage['data'],
    });
  }
}
