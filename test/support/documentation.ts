import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {projectRoot} from './project';

/**
 * The blocks of code in a document that are in `language`, such as `ini`.
 *
 * @param file - below the project's directory
 */
export async function codeBlocks(
  file: string,
  language: string,
): Promise<string[]> {
  const text = await readFile(path.join(projectRoot, file), 'utf8');
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  return blocks
    .filter(([, its]) => its === language)
    .map(([, , content]) => content);
}
