import {
  chmod,
  link,
  lstat,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import {dirname} from 'node:path';
import {expect} from '@loopback/testlab';
import {KeptScripts} from '../../../src/conductor/kept-scripts';
import {readFileInside} from '../../../src/conductor/read-file-inside';
import {readSettled} from '../../../src/conductor/read-settled';
import {TempDir} from '../../support/temp-dir';

const SCRIPT = '#!ipxe\nboot\n';
const OTHER = '#!ipxe\nexit\n';
const FILE = 'node/config';

describe('KeptScripts', () => {
  let dir: TempDir;
  let kept: KeptScripts;

  beforeEach(async () => {
    dir = await TempDir.create();
    await dir.write(`root/${FILE}`, SCRIPT);
    kept = new KeptScripts(dir.join('root'));
  });
  afterEach(() => dir.remove());

  it('finds nothing that was not kept', async () => {
    expect(await kept.find(FILE)).to.be.undefined();
  });

  it('finds a script that stood still when it was read', async () => {
    await readAndKeep();
    for (let time = 0; time < 3; time++) {
      expect(await kept.find(FILE)).to.equal(SCRIPT);
    }
  });

  it('finds it below a root that is a link', async () => {
    await symlink('root', dir.join('link'));
    kept = new KeptScripts(dir.join('link'));
    await readAndKeep();
    expect(await kept.find(FILE)).to.equal(SCRIPT);
  });

  describe('finds no script', () => {
    /** `place`: where the root, and a directory beside it, of one case are. */
    type Change = (config: string, place: string) => Promise<unknown>;

    const CHANGES: Record<string, Change> = {
      'written anew with the same length': async file => writeFile(file, OTHER),
      'written anew with the same content': async file =>
        writeFile(file, SCRIPT),
      'written anew under its old time of change': async file => {
        const {atime, mtime} = await stat(file);
        await writeFile(file, OTHER);
        await utimes(file, atime, mtime);
      },
      'that is longer': async file => writeFile(file, SCRIPT + OTHER),
      'that was emptied': async file => writeFile(file, ''),
      'whose place another file has taken': async (file, place) => {
        await writeFile(`${place}/draft`, OTHER);
        await rename(`${place}/draft`, file);
      },
      'that is gone': async file => rm(file),
      'whose directory is gone': async file =>
        rm(dirname(file), {recursive: true}),
      'whose root is gone': async (_file, place) =>
        rm(`${place}/root`, {recursive: true}),
      'that has another name': async (file, place) =>
        link(file, `${place}/another-name`),
      'that nobody may read any more': async file => chmod(file, 0),
      'that lies elsewhere, behind a link in its place': async (
        file,
        place,
      ) => {
        await rename(file, `${place}/moved`);
        await symlink(`${place}/moved`, file);
      },
      'whose directory lies elsewhere, behind a link in its place': async (
        file,
        place,
      ) => {
        await rename(dirname(file), `${place}/moved`);
        await symlink(`${place}/moved`, dirname(file));
      },
    };
    const changes = Object.entries(CHANGES);
    const all = new Map<string, {place: string; kept: KeptScripts}>();

    // All at once, as each has to stand still for a while.
    beforeEach(async () => {
      await Promise.all(
        changes.map(async ([what], index) => {
          const place = dir.join(`${index}`);
          await dir.write(`${index}/root/${FILE}`, SCRIPT);
          const scripts = new KeptScripts(`${place}/root`);
          await readAndKeep(FILE, scripts, `${place}/root`);
          all.set(what, {place, kept: scripts});
        }),
      );
    });

    it('when its file is not as it was', async () => {
      for (const [what, change] of changes) {
        const {place, kept: scripts} = all.get(what)!;
        expect([what, await scripts.find(FILE)]).to.eql([what, SCRIPT]);
        await change(`${place}/root/${FILE}`, place);
        expect([what, await scripts.find(FILE)]).to.eql([what, undefined]);
      }
    });
  });

  it('finds what was read again after a change', async () => {
    await readAndKeep();
    await dir.write(`root/${FILE}`, OTHER);
    expect(await kept.find(FILE)).to.be.undefined();
    await readAndKeep();
    expect(await kept.find(FILE)).to.equal(OTHER);
  });

  describe('does not keep a script', () => {
    it('that was changed between its reading and now', async () => {
      const settled = await read();
      await dir.write(`root/${FILE}`, OTHER);
      await kept.keep(FILE, SCRIPT, settled);
      expect(await kept.find(FILE)).to.be.undefined();
    });

    it('that was changed so shortly before that the next change need not show', async () => {
      const settled = await read();
      const changedAt = Number(settled.version.ctimeNs / 1_000_000n);
      await kept.keep(FILE, SCRIPT, {...settled, lookedAt: changedAt + 300});
      expect(await kept.find(FILE)).to.be.undefined();
      await kept.keep(FILE, SCRIPT, {...settled, lookedAt: changedAt + 301});
      expect(await kept.find(FILE)).to.equal(SCRIPT);
    });

    it('from the future', async () => {
      const settled = await read();
      await kept.keep(FILE, SCRIPT, {...settled, lookedAt: 0});
      expect(await kept.find(FILE)).to.be.undefined();
    });

    it('on a file system that is none of this machine', async () => {
      kept = new KeptScripts('/');
      const version = await lstat('/proc/version', {bigint: true});
      const lookedAt = Date.now() + 10_000;
      const settled = {bytes: Buffer.from(SCRIPT), version, lookedAt};
      await kept.keep('proc/version', SCRIPT, settled);
      expect(await kept.find('proc/version')).to.be.undefined();
    });
  });

  it('forgets the one that nobody has asked for longest when there are too many', async () => {
    const files = ['a/config', 'b/config', 'c/config'];
    const script = '#'.repeat(10_000);
    kept = new KeptScripts(dir.join('root'), 50_000);
    for (const file of files) await dir.write(`root/${file}`, script);
    await readAndKeep(files[0]);
    await readAndKeep(files[1]);
    expect(await kept.find(files[0])).to.equal(script);
    await readAndKeep(files[2]);
    expect(await kept.find(files[1])).to.be.undefined();
    expect(await kept.find(files[0])).to.equal(script);
    expect(await kept.find(files[2])).to.equal(script);
  });

  async function read(file = FILE, root = dir.join('root')) {
    return readSettled(
      () => readFileInside(root, file, 100_000),
      AbortSignal.timeout(10_000),
    );
  }

  async function readAndKeep(
    file = FILE,
    scripts = kept,
    root = dir.join('root'),
  ): Promise<void> {
    const settled = await read(file, root);
    await scripts.keep(file, settled.bytes.toString(), settled);
  }
});
