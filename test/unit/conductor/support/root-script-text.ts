/** What a reader of a rendered root script looks for. */
export interface RootScriptText {
  /** Places where the script of a NIC is looked for, in order, once each. */
  links: string[];
  /** The same in the part for ROMs that cannot count NICs. */
  oldRomLinks: string[];
  /** Commands before that part that fetch something. */
  fetches: string[];
  /** The same in that part. */
  oldRomFetches: string[];
  labels: string[];
  /** Labels that are gone to. */
  targets: string[];
}

const FETCH = /^(?:chain|imgfetch|imgload|initrd|kernel)\s.*/gm;

export function readRootScript(script: string): RootScriptText {
  const oldRom = /^inc \w+ \|\| goto (\w+)$/m.exec(script)?.[1];
  if (!oldRom) throw new Error(`no way out for old ROMs:\n${script}`);
  const [main, old] = script.split(`\n:${oldRom}\n`);
  return {
    links: linksOf(main, /(\S+)\$\{net\$\{\w+\}\/mac:hexhyp\}(\S*)/),
    oldRomLinks: linksOf(old, /(\S+)\$\{mac:hexhyp\}(\S*)/),
    fetches: main.match(FETCH) ?? [],
    oldRomFetches: old.match(FETCH) ?? [],
    labels: [...script.matchAll(/^:(\w+)$/gm)].map(match => match[1]),
    targets: [...script.matchAll(/\bgoto (\w+)/g)].map(match => match[1]),
  };
}

function linksOf(text: string, link: RegExp): string[] {
  const links = (text.match(FETCH) ?? []).flatMap(command => {
    const match = link.exec(command);
    return match ? [`${match[1]}<MAC>${match[2]}`] : [];
  });
  return [...new Set(links)];
}
