/**
 * Options by section and name; of several assignments the last one counts.
 * Sections but `DEFAULT` are in lower case.
 */
export type IniValues = Map<string, Map<string, string>>;

/** The options of a section, to be added to. */
export function optionsOf(
  values: IniValues,
  section: string,
): Map<string, string> {
  const name = section === 'DEFAULT' ? section : section.toLowerCase();
  const options = values.get(name) ?? new Map<string, string>();
  values.set(name, options);
  return options;
}

/** A line that is no part of the dialect. */
export class IniError extends Error {
  /** @param line - counted from 1 */
  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
  }
}

/**
 * Reads text in the dialect of oslo.config: `name = value` or `name: value`,
 * a value goes on in the indented lines that follow at once, quotes around its
 * first line are dropped, `#` and `;` begin a comment at the start of a line
 * only, and the names of sections are the same in any case.
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
    name = undefined;
    if (line === '' || /^[#;]/.test(line)) continue;
    if (line.startsWith('[')) {
      section = sectionOf(values, line, index + 1);
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
  const name = /^\[(.+)\]$/s.exec(line)?.[1];
  if (!name) throw new IniError(number, `${line} is no [section]`);
  return optionsOf(values, name);
}

function splitAssignment(line: string, number: number): [string, string] {
  const match = /^([^:=]+)[:=](.*)$/s.exec(line);
  if (!match) throw new IniError(number, 'is no "name = value"');
  return [match[1].trim(), unquote(match[2].trim())];
}

/** A quote that stands alone is both, the opening and the closing one. */
function unquote(value: string): string {
  return /^["']/.test(value) && value.endsWith(value[0])
    ? value.slice(1, -1)
    : value;
}
