/** What a log tells of a connection that could not be made or was lost. */
export function causeOf(error: Error & {code?: string}): string {
  const {code = ''} = error;
  // OpenSSL's own messages are of several lines, with places in its source.
  if (code.startsWith('ERR_SSL_')) {
    return `TLS: ${(error as {reason?: string}).reason ?? code}`;
  }
  return error.message || code || error.name;
}
