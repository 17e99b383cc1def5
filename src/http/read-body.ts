import {Dispatcher} from 'undici';

/** A body that is larger than allowed. */
export class TooLarge extends Error {}

/**
 * The text of an answer, in UTF-8.
 *
 * @param limit - of its size in bytes
 * @throws TooLarge
 */
export async function readBody(
  body: Dispatcher.ResponseData['body'],
  limit: number,
): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the body and with it the connection.
    if (size > limit) throw new TooLarge(`more than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size).toString('utf8');
}
