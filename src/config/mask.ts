/** What stands in place of a secret. */
export const MASK = '***';

// From the first colon behind the slashes to the last @ of a line: a password
// may hold anything, and more than it may be covered, but no less.
const PASSWORD = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\n]*(?=@)/gi;

/** A text without the passwords of URLs in it. */
export function maskUrlPasswords(text: string): string {
  return text.replace(PASSWORD, (_all, before: string) => before + MASK);
}
