import {rmSync, watch} from 'node:fs';
import {
  chmod,
  mkdir,
  open,
  readdir,
  readFile,
  stat,
  symlink,
} from 'node:fs/promises';
import {expect} from '@loopback/testlab';
import {writeIfChanged} from '../../../src/conductor/write-if-changed';
import {TempDir} from '../../support/temp-dir';
import {writeAged} from './support/write-aged';

const MODE = 0o644;

describe('writeIfChanged', () => {
  let dir: TempDir;
  let path: string;
  let umask: number;

  beforeEach(async () => {
    dir = await TempDir.create();
    path = dir.join('boot.ipxe');
    umask = process.umask(0o022);
  });
  afterEach(async () => {
    process.umask(umask);
    await dir.remove();
  });

  it('writes a file that is missing', async () => {
    expect(await writeIfChanged(path, 'new \u00e9\n', MODE)).to.be.true();
    expect(await readFile(path, 'utf8')).to.eql('new \u00e9\n');
    expect(await readdir(dir.path)).to.eql(['boot.ipxe']);
  });

  it('leaves a file with the same content and mode untouched', async () => {
    await writeAged(dir, 'boot.ipxe', 'same\n');
    await chmod(path, MODE);
    const before = await stat(path);
    expect(await writeIfChanged(path, 'same\n', MODE)).to.be.false();
    expect(await stat(path)).to.match({
      ino: before.ino,
      mtimeMs: before.mtimeMs,
      ctimeMs: before.ctimeMs,
    });
  });

  for (const present of ['old\n', 'new\nand more\n', 'ne', '', 'NEW\n']) {
    it(`replaces ${JSON.stringify(present)}`, async () => {
      await dir.write('boot.ipxe', present);
      expect(await writeIfChanged(path, 'new\n', MODE)).to.be.true();
      expect(await readFile(path, 'utf8')).to.eql('new\n');
    });
  }

  it('gives whoever reads it the old content or the new one, whole', async () => {
    await dir.write('boot.ipxe', 'old\n');
    const reader = await open(path);
    await writeIfChanged(path, 'new\n', MODE);
    expect(await reader.readFile('utf8')).to.eql('old\n');
    await reader.close();
    expect(await readFile(path, 'utf8')).to.eql('new\n');
  });

  for (const mask of [0o077, 0o777, 0o000]) {
    for (const mode of [0o644, 0o600, 0o664]) {
      it(`gives mode ${mode.toString(8)}, whatever the umask, ${mask.toString(8)}`, async () => {
        process.umask(mask);
        await writeIfChanged(path, 'new\n', mode);
        expect(modeOf(await stat(path))).to.eql(mode);
      });
    }
  }

  it('writes a file whose mode alone is another', async () => {
    await dir.write('boot.ipxe', 'same\n');
    await chmod(path, 0o600);
    expect(await writeIfChanged(path, 'same\n', MODE)).to.be.true();
    expect(modeOf(await stat(path))).to.eql(MODE);
  });

  it('takes the place of a link, and leaves alone what it leads to', async () => {
    await dir.write('target', 'old\n');
    await symlink('target', path);
    await writeIfChanged(path, 'new\n', MODE);
    expect(await readFile(path, 'utf8')).to.eql('new\n');
    expect(await readFile(dir.join('target'), 'utf8')).to.eql('old\n');
  });

  it('leaves no draft where the file cannot take its place', async () => {
    await mkdir(path);
    await dir.write('boot.ipxe/kept', '');
    await expect(writeIfChanged(path, 'new\n', MODE)).to.be.rejectedWith({
      code: /EISDIR|ENOTEMPTY|EEXIST/,
    });
    expect(await readdir(dir.path)).to.eql(['boot.ipxe']);
    expect(await readdir(path)).to.eql(['kept']);
  });

  it('writes another draft when somebody has removed the first one', async () => {
    const watcher = watch(dir.path);
    watcher.once('change', (_event, name) => rmSync(dir.join(String(name))));
    // Large, so that it takes a while to write.
    const content = 'new\n'.repeat(4_000_000);
    expect(await writeIfChanged(path, content, MODE)).to.be.true();
    watcher.close();
    expect((await readFile(path, 'utf8')) === content).to.be.true();
    expect(await readdir(dir.path)).to.eql(['boot.ipxe']);
  });

  it('tells where there is no directory for it', async () => {
    await expect(
      writeIfChanged(dir.join('missing/boot.ipxe'), 'new\n', MODE),
    ).to.be.rejectedWith({code: 'ENOENT'});
  });

  it('serves several at once, the content being of one of them', async () => {
    const contents = Array.from({length: 8}, (_, n) => `${n}\n`.repeat(1000));
    await Promise.all(contents.map(c => writeIfChanged(path, c, MODE)));
    expect(contents).to.containEql(await readFile(path, 'utf8'));
    expect(await readdir(dir.path)).to.eql(['boot.ipxe']);
  });
});

function modeOf({mode}: {mode: number}): number {
  return mode & 0o7777;
}
