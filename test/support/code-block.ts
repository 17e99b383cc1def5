import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {projectRoot} from './project';

/**
 * The code blocks of a language in one of the project's documents.
 *
 * @param file - below the project's directory
 */
export function codeBlocks(file: string, language: string): string[] {
  const text = readFileSync(join(projectRoot, file), 'utf8');
  const blocks = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...blocks].filter(b => b[1] === language).map(b => b[2]);
}
