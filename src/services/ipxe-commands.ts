/** A word of a command, and where it stands. */
export interface Word {
  text: string;
  /** From 1. */
  line: number;
  /** From 1, in characters. */
  column: number;
}

/** A line as iPXE runs it: of several, where a backslash ends those before. */
interface Line {
  text: string;
  /** Where in the text each line of the script begins. */
  parts: {offset: number; line: number}[];
}

const WORDS = /[^ \t\v\f\r]+/g;
const TERMINATORS = new Set(['||', '&&', ';']);

/**
 * The commands of an iPXE script, each as its words, without labels and
 * comments. As in iPXE (process_script() in image/script.c, split_command() and
 * command_terminator() in core/exec.c) nothing can be quoted, and an operator is
 * a word of its own.
 */
export function commandsOf(script: string): Word[][] {
  return linesOf(script).flatMap(line => {
    const words = wordsOf(line);
    if (words[0]?.text.startsWith(':')) words.shift();
    const commands: Word[][] = [[]];
    for (const word of words) {
      if (word.text.startsWith('#')) break;
      if (TERMINATORS.has(word.text)) commands.push([]);
      else commands.at(-1)!.push(word);
    }
    return commands.filter(command => command.length > 0);
  });
}

function linesOf(script: string): Line[] {
  const lines: Line[] = [];
  let texts: string[] = [];
  let parts: Line['parts'] = [];
  let offset = 0;
  for (const [index, raw] of script.split('\n').entries()) {
    const text = raw.replace(/\r$/, '');
    const continued = text.endsWith('\\');
    texts.push(continued ? text.slice(0, -1) : text);
    parts.push({offset, line: index + 1});
    offset += texts.at(-1)!.length;
    if (continued) continue;
    lines.push({text: texts.join(''), parts});
    [texts, parts, offset] = [[], [], 0];
  }
  if (texts.length > 0) lines.push({text: texts.join(''), parts});
  return lines;
}

function wordsOf({text, parts}: Line): Word[] {
  let part = 0;
  return [...text.matchAll(WORDS)].map(({0: word, index}) => {
    while (parts[part + 1]?.offset <= index) part += 1;
    const {offset, line} = parts[part];
    return {text: word, line, column: index - offset + 1};
  });
}
