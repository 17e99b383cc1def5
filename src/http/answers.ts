import {ServerResponse, STATUS_CODES} from 'node:http';

/** The body of every answer that is not a script. */
export const NOT_FOUND_BODY = Buffer.from('Not Found\n');

const NO_BODY = Buffer.alloc(0);

/** The one media type of the branch. */
export const MEDIA_TYPE = 'text/plain; charset=utf-8';

/** Answers with a script. */
export function sendScript(response: ServerResponse, script: Buffer): void {
  send(response, 200, script);
}

/**
 * Sends the client to where a script is.
 *
 * @param location - absolute URL
 */
export function sendRedirect(response: ServerResponse, location: string): void {
  send(response, 302, NO_BODY, {Location: location});
}

/**
 * Gives the answer that every failure gets. Where something has been sent
 * already, nothing sound can follow, and the connection is cut.
 *
 * @param retryAfter - seconds, only where the operator wants it
 */
export function sendNotFound(
  response: ServerResponse,
  retryAfter?: number,
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  send(response, 404, NOT_FOUND_BODY, {'Retry-After': retryAfter});
}

function send(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: Record<string, string | number | undefined> = {},
): void {
  // Whatever the host's middleware set before would tell its answers from ours.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = status;
  response.statusMessage = STATUS_CODES[status]!;
  response.setHeader('Content-Type', MEDIA_TYPE);
  response.setHeader('Content-Length', body.length);
  response.setHeader('Cache-Control', 'no-store');
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) response.setHeader(name, value);
  }
  // For HEAD node:http leaves the body out by itself.
  response.end(body);
}

/** The constant 404 as bytes, for what node:http has no response object to. */
export function rawNotFound(): string {
  return [
    'HTTP/1.1 404 Not Found',
    `Content-Type: ${MEDIA_TYPE}`,
    `Content-Length: ${NOT_FOUND_BODY.length}`,
    'Cache-Control: no-store',
    `Date: ${new Date().toUTCString()}`,
    'Connection: close',
    '',
    NOT_FOUND_BODY.toString(),
  ].join('\r\n');
}
