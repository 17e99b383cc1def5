import {parseJson} from './parse-json';

/**
 * How deeply objects and arrays are nested in JSON text, sound or not. Takes
 * time in proportion to the length, whatever the text.
 */
export function jsonDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < json.length; index++) {
    const character = json[index];
    if (inString) {
      if (character === '\\') index++;
      else if (character === '"') inString = false;
    } else if (character === '"') {
      inString = true;
    } else if (character === '{' || character === '[') {
      deepest = Math.max(deepest, ++depth);
    } else if (character === '}' || character === ']') {
      depth--;
    }
  }
  return deepest;
}

// As Ironic's [api] max_json_body_depth, which its RPC server keeps to as well.
const MAX_DEPTH = 25;

/**
 * Parses JSON of a request.
 *
 * @throws Error when it is unsound, or nested more deeply than Ironic takes it
 */
export function parseRequestJson(json: string): unknown {
  if (jsonDepth(json) > MAX_DEPTH) throw new Error('it is nested too deeply');
  return parseJson(json);
}
