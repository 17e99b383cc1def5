/** The serial console of QEMU's BIOS starts a new line after this column. */
const COLUMNS = 80;

/**
 * What a reader of the console sees: escape sequences left out, backspaces
 * applied, and lines joined that were broken only because the screen was full.
 */
export function consoleText(output: string): string {
  const visible: string[] = [];
  // eslint-disable-next-line no-control-regex
  for (const char of output.replace(/\x1b(?:\[[0-9;?=]*)?[A-Za-z]/g, '')) {
    if (char === '\b') visible.pop();
    else if (char !== '\r') visible.push(char);
  }
  return visible
    .join('')
    .split('\n')
    .map(line => (line.length === COLUMNS ? line : `${line}\n`))
    .join('')
    .trimEnd();
}
