import {existsSync, readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect} from '@loopback/testlab';
import {OPTIONS} from '../../src';
import {Markdown} from '../support/markdown';
import {projectRoot} from '../support/project';
import {runHere} from '../acceptance/system/support';

const DIRECTORIES = ['.', 'docs', 'examples', 'packaging'];

describe('The documents', () => {
  const documents = DIRECTORIES.flatMap(markdownIn);

  for (const file of documents) {
    describe(file, () => {
      const document = read(file);

      it('links to what is there', () => {
        const broken = document.links.filter(
          link => !leadsSomewhere(file, link),
        );
        expect(broken).to.eql([]);
      });

      it('runs scripts of package.json that are there', () => {
        const {scripts} = JSON.parse(
          readFileSync(path.join(projectRoot, 'package.json'), 'utf8'),
        ) as {scripts: Record<string, string>};
        const run = [...document.commands, ...document.quotes]
          .map(command => command.match(/^npm (?:run )?([a-z][\w:-]*)/)?.[1])
          .filter(name => name !== undefined)
          .filter(name => !NPMS_OWN.has(name));
        for (const name of run) expect(scripts).to.have.property(name);
      });

      it('names options of [boot_config] that are there', () => {
        const named = [...document.prose.matchAll(/`\[boot_config\] (\w+)/g)];
        for (const [, name] of named) {
          expect(OPTIONS.boot_config).to.have.property(name);
        }
      });

      it('calls the command as it can be called', async () => {
        for (const call of callsIn(document)) {
          const [name, ...args] = call.split(/\s+/);
          const help = await helpOf(name.startsWith('-') ? [] : [name]);
          const flags = [name, ...args]
            .map(arg => arg.match(/^-[-\w]+/)?.[0])
            .filter(flag => flag !== undefined);
          for (const flag of flags) {
            expect(help).to.match(new RegExp(`${flag}\\b`), call);
          }
        }
      });
    });
  }
});

const NPMS_OWN = new Set(['ci', 'install', 'pack', 'publish']);

function markdownIn(directory: string): string[] {
  const absolute = path.join(projectRoot, directory);
  if (!existsSync(absolute)) return [];
  return readdirSync(absolute, {recursive: directory !== '.'})
    .map(name => path.join(directory, String(name)))
    .filter(name => name.endsWith('.md') && !name.includes('node_modules'));
}

function read(file: string): Markdown {
  return new Markdown(readFileSync(path.join(projectRoot, file), 'utf8'));
}

function leadsSomewhere(from: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return true;
  const [target, anchor] = link.split('#');
  const file = target ? path.join(path.dirname(from), target) : from;
  if (!existsSync(path.join(projectRoot, file))) return false;
  return !anchor || read(file).anchors.has(anchor);
}

/** What follows the program's name wherever it is called. */
function callsIn(document: Markdown): string[] {
  return [...document.commands, ...document.quotes]
    .map(command => command.match(/^(?:sudo )?ironic-boot-config (.+)$/)?.[1])
    .filter(call => call !== undefined)
    .map(call => call.replace(/\s*[|>&;].*$/, ''));
}

async function helpOf(command: string[]): Promise<string> {
  const {code, stdout} = await runHere([...command, '--help']);
  expect(code).to.equal(0, command.join(' '));
  return stdout;
}
