import {writeFile} from 'node:fs/promises';
import {configurationDocument} from './configuration-doc';
import {openApiDocument} from './openapi';

async function writeDocuments(): Promise<void> {
  await writeFile('openapi.json', await openApiDocument());
  await writeFile('docs/configuration.md', configurationDocument());
}

// Run by `npm run docs`, from the package's directory.
void writeDocuments();
