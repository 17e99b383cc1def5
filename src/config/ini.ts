/** Options by section and name; of several assignments the last one counts. */
export type IniValues = Map<string, Map<string, string>>;

/** A line that is no part of the dialect. */
export class IniError extends Error {
  /** @param line - counted from 1 */
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
  }
}

/**
 * Reads text in the dialect of oslo.config: `name = value` or `name: value`,
 * a value goes on in indented lines up to the next blank one, quotes around a
 * value are dropped, `#` and `;` begin a comment at the start of a line only.
 *
 * @throws IniError
 */
export function parseIni(text: string): IniValues {
  const values: IniValues = new Map();
  let section: Map<string, string> | undefined;
  let name: string | undefined;
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const line = whole.trimEnd();
    if (/^[ \t]/.test(line)) {
      if (!section || name === undefined) {
        throw new IniError(index + 1, 'continues no option');
      }
      section.set(name, `${section.get(name)}\n${line.trimStart()}`);
      continue;
    }
    // A comment stands between an option and its continuation; a blank line
    // ends the option.
    if (line === '') name = undefined;
    if (line === '' || /^[#;]/.test(line)) continue;
    if (line.startsWith('[')) {
      section = sectionOf(values, line, index + 1);
      name = undefined;
      continue;
    }
    if (!section) throw new IniError(index + 1, 'stands before any [section]');
    const [key, value] = splitAssignment(line, index + 1);
    section.set(key, value);
    name = key;
  }
  return values;
}

function sectionOf(
  values: IniValues,
  line: string,
  number: number,
): Map<string, string> {
  const name = /^\[([^\]]+)\]$/.exec(line)?.[1];
  if (!name) throw new IniError(number, `${line} is no [section]`);
  const section = values.get(name) ?? new Map<string, string>();
  values.set(name, section);
  return section;
}

function splitAssignment(line: string, number: number): [string, string] {
  const match = /^([^:=]+?)\s*[:=]\s*(.*)$/.exec(line);
  if (!match) throw new IniError(number, 'is no "name = value"');
  const [, name, value] = match;
  return [name, value.replace(/^(["'])(.*)\1$/, '$2')];
}
