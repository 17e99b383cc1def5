import {once} from 'node:events';
import net from 'node:net';

/** An answer as it came over the wire. */
export interface RawResponse {
  /** For instance `HTTP/1.1 200 OK`. */
  statusLine: string;
  status: number;
  /** Names and values as sent, in their order. */
  headers: [string, string][];
  body: Buffer;
}

export interface RawRequest {
  method?: string;
  /** Goes onto the request line as it is. */
  target: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Sends bytes over a connection of their own; reads until the server ends it. */
export async function rawRequest(
  port: number,
  bytes: string | Buffer,
): Promise<RawResponse> {
  const socket = net.connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = once(socket, 'close');
  socket.write(bytes);
  await ended;
  return parseResponse(Buffer.concat(chunks));
}

/** Sends an HTTP/1.1 request that nothing on the way has normalised. */
export async function send(
  port: number,
  {method = 'GET', target, headers = {}, body = ''}: RawRequest,
): Promise<RawResponse> {
  const length = Buffer.byteLength(body);
  const lines = Object.entries({
    Host: `127.0.0.1:${port}`,
    Connection: 'close',
    ...(length && {'Content-Length': length}),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return rawRequest(
    port,
    `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n${body}`,
  );
}

/** The answer without the one header that differs from second to second. */
export function dateless(response: RawResponse): RawResponse {
  return {
    ...response,
    headers: response.headers.filter(([name]) => name !== 'Date'),
  };
}

/** The value of a header, or `undefined`. */
export function headerOf(
  response: RawResponse,
  name: string,
): string | undefined {
  return response.headers.find(
    ([n]) => n.toLowerCase() === name.toLowerCase(),
  )?.[1];
}

function parseResponse(bytes: Buffer): RawResponse {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) {
    throw new Error(`no HTTP answer: ${JSON.stringify(bytes.toString())}`);
  }
  const [statusLine, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  return {
    statusLine,
    status: Number(statusLine.split(' ')[1]),
    headers: lines.map(line => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
    body: bytes.subarray(end + 4),
  };
}
