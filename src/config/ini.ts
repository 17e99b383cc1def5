/**
 * Something of each option, by section and name. Sections but `DEFAULT` are in
 * lower case.
 */
export type Sections<T> = Map<string, Map<string, T>>;

/** A value as a file has it. */
export interface IniValue {
  text: string;
  /** Line on which it begins, counted from 1. */
  line: number;
}

/** The options of a section, to be added to. */
export function optionsOf<T>(
  sections: Sections<T>,
  section: string,
): Map<string, T> {
  const name = section === 'DEFAULT' ? section : section.toLowerCase();
  const options = sections.get(name) ?? new Map<string, T>();
  sections.set(name, options);
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
 * only, and the names of sections are the same in any case. Of several
 * assignments the last one counts.
 *
 * @throws IniError
 */
export function parseIni(text: string): Sections<IniValue> {
  const sections: Sections<IniValue> = new Map();
  let section: Map<string, IniValue> | undefined;
  let value: IniValue | undefined;
  for (const [index, whole] of text.split(/\r\n|\r|\n/).entries()) {
    const line = whole.trimEnd();
    if (/^[ \t]/.test(line)) {
      if (!value) throw new IniError(index + 1, 'continues no option');
      value.text += `\n${line.trimStart()}`;
      continue;
    }
    value = undefined;
    if (line === '' || /^[#;]/.test(line)) continue;
    if (line.startsWith('[')) {
      section = sectionOf(sections, line, index + 1);
      continue;
    }
    if (!section) throw new IniError(index + 1, 'stands before any [section]');
    const [name, first] = splitAssignment(line, index + 1);
    value = {text: first, line: index + 1};
    section.set(name, value);
  }
  return sections;
}

function sectionOf(
  sections: Sections<IniValue>,
  line: string,
  number: number,
): Map<string, IniValue> {
  const name = /^\[(.+)\]$/s.exec(line)?.[1];
  if (!name) throw new IniError(number, `${line} is no [section]`);
  return optionsOf(sections, name);
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
