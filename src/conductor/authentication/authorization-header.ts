/** What a caller says who it is. */
export interface Credential {
  username: string;
  password: string;
}

/** A header that can't be read: the caller's fault, HTTP status 400. */
export class BadAuthorization extends Error {}

// Node's own decoder skips what is not base64.
const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * Reads an Authorization header with the scheme Basic (RFC 7617), in UTF-8.
 *
 * @throws BadAuthorization with the message that Ironic gives
 */
export function parseBasicAuthorization(header: string): Credential {
  const [, scheme, token] = /^(\S+)\s+(.*)$/s.exec(header.trim()) ?? [];
  if (scheme === undefined) {
    throw new BadAuthorization('Could not parse Authorization header');
  }
  if (scheme.toLowerCase() !== 'basic') {
    throw new BadAuthorization(`Unsupported authorization type "${scheme}"`);
  }
  const pair = BASE64.test(token) ? decode(token) : undefined;
  const colon = pair?.indexOf(':') ?? -1;
  if (pair === undefined || colon < 0) {
    throw new BadAuthorization('Could not decode authorization token');
  }
  return {username: pair.slice(0, colon), password: pair.slice(colon + 1)};
}

function decode(token: string): string | undefined {
  try {
    const utf8 = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
    return utf8.decode(Buffer.from(token, 'base64'));
  } catch {
    return undefined;
  }
}
