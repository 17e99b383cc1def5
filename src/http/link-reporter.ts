import {createHash} from 'node:crypto';
import {Logger} from '../logger';
import type {BootConfig} from '../services/boot-config.service';
import {relativeLinks} from '../services/relative-links';

// Scripts that are remembered at most; beyond, the oldest is forgotten, and at
// worst told of once more.
const MAX_SCRIPTS = 10_000;

// Links of a script that are told of.
const MAX_LINKS = 5;
const MAX_LENGTH = 128;

/**
 * Tells the operator of relative links in scripts that are served: iPXE
 * resolves them against the URL at the API, below which there are no files.
 * Each script of a node is told of once.
 */
export class LinkReporter {
  private readonly known = new Set<string>();

  constructor(private readonly logger: Logger) {}

  report({script, node, conductor}: BootConfig): void {
    const key = createHash('sha256')
      .update(`${node.uuid}\n`)
      .update(script)
      .digest('base64');
    if (this.known.has(key)) return;
    this.remember(key);
    const found = relativeLinks(script.toString());
    if (found.length === 0) return;
    const links = found.slice(0, MAX_LINKS).map(({line, column, path}) => ({
      line,
      column,
      link: path.slice(0, MAX_LENGTH),
    }));
    const places = links.map(
      ({line, column, link}) =>
        `${JSON.stringify(link)} in line ${line}, column ${column}`,
    );
    const more = found.length - links.length;
    this.logger.warn(
      {node: node.uuid, conductor, links},
      `the script of node ${node.uuid} has relative links, which lead to the API and not to its conductor: ${places.join('; ')}${more ? `; and ${more} more` : ''}`,
    );
  }

  private remember(key: string): void {
    if (this.known.size >= MAX_SCRIPTS) {
      const [oldest] = this.known;
      this.known.delete(oldest);
    }
    this.known.add(key);
  }
}
