/** A fenced block of code. */
export interface CodeBlock {
  /** What stands after the fence, such as `sh`; empty if nothing does. */
  language: string;
  text: string;
}

/** A document in GitHub's Markdown. */
export class Markdown {
  /** The text without its blocks of code. */
  readonly prose: string;
  readonly blocks: CodeBlock[] = [];

  constructor(text: string) {
    this.prose = text.replace(
      /^( *)```(\S*)[^\n]*\n(.*?)^\1```$/gms,
      (_all, _indent, language: string, code: string) => {
        this.blocks.push({language, text: code});
        return '';
      },
    );
  }

  /** Targets of links and images, without their titles. */
  get links(): string[] {
    return [...this.prose.matchAll(/\]\(([^)\s]+)[^)]*\)/g)].map(
      ([, to]) => to,
    );
  }

  /** What may follow a `#` in a link to the document. */
  get anchors(): Set<string> {
    const headings = [...this.prose.matchAll(/^#+ (.+)$/gm)];
    return new Set(headings.map(([, heading]) => slugOf(heading)));
  }

  /** Commands of its blocks for a shell, one a line, without their comments. */
  get commands(): string[] {
    return this.blocks
      .filter(({language}) => language === 'sh')
      .flatMap(({text}) => text.replace(/\\\n\s*/g, '').split('\n'))
      .map(line => line.replace(/(^|\s)#.*$/, '').trim())
      .filter(line => line !== '');
  }

  /** What the prose quotes as code. */
  get quotes(): string[] {
    return [...this.prose.matchAll(/`([^`\n]+)`/g)].map(([, code]) => code);
  }
}

function slugOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replace(/ /g, '-');
}
