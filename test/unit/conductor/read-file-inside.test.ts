import {link, mkdir, rename, rm, symlink, utimes} from 'node:fs/promises';
import {expect} from '@loopback/testlab';
import {
  readFileInside,
  Reading,
  Refused,
} from '../../../src/conductor/read-file-inside';
import {TempDir} from '../../support/temp-dir';
import {duringRead} from './support/during-read';
import {makeFifo, makeSocket, releaseFifos} from './support/special-files';
import {writeAged} from './support/write-aged';

const SCRIPT = '#!ipxe\nboot\n';
const SECRET = '#!ipxe\necho secret\n';
const MAX_SIZE = 1024;
const LINK = /symbolic link/;
const ON_THE_WAY = /a link on the way/;

describe('readFileInside', () => {
  let dir: TempDir;
  let root: string;

  beforeEach(async () => {
    dir = await TempDir.create();
    root = dir.join('root');
    await writeAged(dir, 'root/node/config', SCRIPT);
    await dir.write('outside/config', SECRET);
  });
  afterEach(async () => {
    releaseFifos();
    await dir.remove();
  });

  it('reads a file byte for byte', async () => {
    const bytes = Buffer.from(Array.from({length: 256}, (_, byte) => byte));
    await dir.write('root/node/config', bytes);
    expect(await read()).to.eql(bytes);
  });

  it('reads an empty file', async () => {
    await dir.write('root/node/config', '');
    expect(await read()).to.eql(Buffer.alloc(0));
  });

  it('reads a file larger than one piece', async () => {
    const bytes = Buffer.alloc(100_001, 'iPXE ');
    await dir.write('root/node/config', bytes);
    expect(await read({maxSize: bytes.length})).to.eql(bytes);
  });

  it('takes a root that is a link, relative or not in its plain form', async () => {
    await symlink(root, dir.join('link'));
    for (const form of [
      dir.join('link'),
      `${root}/`,
      `${root}/node/..`,
      `${process.cwd()}/../../../../../../../..${root}`,
    ]) {
      const {bytes} = await readFileInside(form, 'node/config', MAX_SIZE);
      expect(String(bytes)).to.eql(SCRIPT);
    }
  });

  it('tells when the file was changed, which was not now', async () => {
    const modifiedAt = Date.UTC(2020, 0, 1, 12);
    const file = dir.join('root/node/config');
    await utimes(file, new Date(), new Date(modifiedAt));
    expect(await look()).to.containEql({
      bytes: Buffer.from(SCRIPT),
      modifiedAt,
      changed: false,
    });
  });

  it("hands on the file system's error for what is missing", async () => {
    await rm(dir.join('root/node/config'));
    await expect(read()).to.be.rejectedWith({code: 'ENOENT'});
    await rm(dir.join('root/node'), {recursive: true});
    await expect(read()).to.be.rejectedWith({code: 'ENOENT'});
    await rm(root, {recursive: true});
    await expect(read()).to.be.rejectedWith({code: 'ENOENT'});
  });

  describe('refuses', () => {
    for (const [where, target] of [
      ['inside', '../other/config'],
      ['outside', '../../outside/config'],
      ['nowhere', 'missing'],
      ['itself', 'config'],
    ]) {
      it(`a file that is a link to ${where}`, async () => {
        await dir.write('root/other/config', SCRIPT);
        await rm(dir.join('root/node/config'));
        await symlink(target, dir.join('root/node/config'));
        await expectRefused(LINK);
      });
    }

    for (const [where, target] of [
      ['inside', 'other'],
      ['outside', '../outside'],
    ]) {
      it(`a directory on the way that is a link to ${where}`, async () => {
        await dir.write('root/other/config', SCRIPT);
        await rm(dir.join('root/node'), {recursive: true});
        await symlink(target, dir.join('root/node'));
        await expectRefused(ON_THE_WAY);
      });
    }

    it('a file that has another name', async () => {
      await rm(dir.join('root/node/config'));
      await link(dir.join('outside/config'), dir.join('root/node/config'));
      await expectRefused(/another name/);
    });

    it('a directory', async () => {
      await rm(dir.join('root/node/config'));
      await mkdir(dir.join('root/node/config'));
      await expectRefused(/not a regular file/);
    });

    it('a FIFO, without waiting for its writer', async () => {
      await rm(dir.join('root/node/config'));
      makeFifo(dir.join('root/node/config'));
      await expectRefused(/not a regular file/);
    });

    it('a device', async () => {
      await expect(readFileInside('/dev', 'zero', MAX_SIZE)).to.be.rejectedWith(
        Refused,
        {message: 'it is not a regular file'},
      );
    });

    it('a socket', async () => {
      await rm(dir.join('root/node/config'));
      const server = await makeSocket(dir.join('root/node/config'));
      await expect(read()).to.be.rejectedWith({code: 'ENXIO'});
      server.close();
    });

    it('a file larger than allowed, by a byte', async () => {
      await dir.write('root/node/config', Buffer.alloc(MAX_SIZE));
      expect(await read()).to.have.length(MAX_SIZE);
      await dir.write('root/node/config', Buffer.alloc(MAX_SIZE + 1));
      await expectRefused(/has 1025 bytes, .*max_script_size allows 1024/);
      await dir.write('root/node/config', Buffer.alloc(5000));
      await expectRefused(/has 5000 bytes, /);
    });

    it('a file whose size the system does not tell beforehand', async () => {
      await expect(readFileInside('/proc', 'cpuinfo', 16)).to.be.rejectedWith(
        Refused,
        {message: /has 17 bytes, .* allows 16/},
      );
    });
  });

  describe('of a file that changes while it is read', () => {
    it('refuses one that grows too large', async () => {
      await expectRefused(/has 1025 bytes/, async () => {
        await dir.write('root/node/config', 'x'.repeat(2048));
      });
    });

    for (const [what, content] of [
      ['grows as far as allowed', 'x'.repeat(1000)],
      ['is emptied', ''],
      ['is written anew with the same length', SCRIPT.replace('b', 'r')],
    ]) {
      it(`says so of one that ${what}`, async () => {
        const {bytes, changed} = await duringRead(async () => {
          await dir.write('root/node/config', content);
        }, look);
        expect(String(bytes)).to.eql(content);
        expect(changed).to.be.true();
      });
    }

    it('says so of one that vanishes', async () => {
      const {changed} = await duringRead(
        async () => rm(dir.join('root/node'), {recursive: true}),
        look,
      );
      expect(changed).to.be.true();
      await expect(look()).to.be.rejectedWith({code: 'ENOENT'});
    });

    it('says so of one whose place another file takes', async () => {
      await dir.write('root/draft', 'another');
      const {changed} = await duringRead(
        async () =>
          rename(dir.join('root/draft'), dir.join('root/node/config')),
        look,
      );
      expect(changed).to.be.true();
      expect(await read()).to.eql(Buffer.from('another'));
    });

    it('reads nothing else where a link takes the place', async () => {
      const {bytes, changed} = await duringRead(async () => {
        await rm(dir.join('root/node'), {recursive: true});
        await symlink('../outside', dir.join('root/node'));
      }, look);
      expect(String(bytes)).to.eql(SCRIPT);
      expect(changed).to.be.true();
      await expectRefused(ON_THE_WAY);
    });

    it('refuses one that is moved away', async () => {
      await expectRefused(ON_THE_WAY, async () =>
        rename(dir.join('root/node'), dir.join('moved')),
      );
    });
  });

  async function look({maxSize = MAX_SIZE} = {}): Promise<Reading> {
    return readFileInside(root, 'node/config', maxSize);
  }

  async function read(options?: {maxSize: number}): Promise<Buffer> {
    return (await look(options)).bytes;
  }

  /** @param change - what happens while the file is read */
  async function expectRefused(
    message: RegExp,
    change?: () => Promise<void>,
  ): Promise<void> {
    await expect(change ? duringRead(change, look) : look()).to.be.rejectedWith(
      Refused,
      {message},
    );
  }
});
