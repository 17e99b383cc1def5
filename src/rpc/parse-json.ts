/**
 * Parses what came over the wire.
 *
 * @throws Error that quotes nothing of the text, which may hold a script or a
 *   secret: V8's own messages do, and end up in a log
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is not valid JSON');
  }
}
