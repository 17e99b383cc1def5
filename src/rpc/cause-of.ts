// OpenSSL's own messages are of several lines, with places in its source.
const OPENSSL_REASON = /:SSL routines:[^:]*:([^:]+):/;

/** What a log tells of a connection that could not be made or was lost. */
export function causeOf(error: Error & {code?: string}): string {
  const {code = '', message} = error;
  const {reason = OPENSSL_REASON.exec(message)?.[1]} = error as {
    reason?: string;
  };
  if (reason && /^ERR_SSL_|^EPROTO$/.test(code)) return `TLS: ${reason}`;
  return message || code || error.name;
}
