import {chmod, link, mkdir, rm, symlink} from 'node:fs/promises';
import path from 'node:path';
import {expect} from '@loopback/testlab';
import {ConductorApi, NotFound} from '../../../src';
import {dispatch} from '../../../src/conductor/json-rpc-dispatcher';
import {TestProcess} from '../../support/process';
import {TempDir} from '../../support/temp-dir';
import {only} from './support/only';
import {duringRead} from './support/during-read';
import {GivenIPXEBoot, givenIPXEBoot, NODE} from './support/given-ipxe-boot';
import type {Outcome} from './support/read-unprivileged';
import {makeFifo, makeSocket, releaseFifos} from './support/special-files';
import {writeAged} from './support/write-aged';

const SCRIPT = '#!ipxe\nboot\n';
const MAX_SIZE = 1024;

describe('IPXEBoot', () => {
  let dir: TempDir;
  let config: string;

  beforeEach(async () => {
    dir = await TempDir.create();
    config = await writeAged(dir, `root/${NODE}/config`, SCRIPT);
  });
  afterEach(async () => {
    releaseFifos();
    await dir.remove();
  });

  it('serves the boot interfaces whose scripts Ironic writes', () => {
    const {boot} = given();
    expect(boot.names).to.eql(['ipxe', 'http-ipxe', 'ilo-ipxe']);
  });

  for (const [what, script] of Object.entries({
    'a script': SCRIPT,
    'text in UTF-8': '#!ipxe\necho Gr\u00fc\u00dfe \u{1f5a5}\n',
    'line ends of DOS': '#!ipxe\r\nboot\r\n',
    'no line end at the end': '#!ipxe\nboot',
    'a byte order mark': '\ufeff#!ipxe\nboot\n',
    'control characters': '#!ipxe\n\u0000\u001b[0m\u007f\n',
    'nothing at all': '',
  })) {
    it(`returns ${what} byte for byte`, async () => {
      await writeAged(dir, `root/${NODE}/config`, script);
      const {getBootConfig, logger} = given();
      expect(Buffer.from(await getBootConfig())).to.eql(Buffer.from(script));
      expect(logger.records).to.be.empty();
    });
  }

  it('waits for a script that is just being written', async () => {
    await dir.write(`root/${NODE}/config`, '');
    const {getBootConfig, logger} = given();
    const script = await duringRead(async () => {
      await dir.write(`root/${NODE}/config`, SCRIPT);
    }, getBootConfig);
    expect(script).to.eql(SCRIPT);
    expect(logger.records).to.be.empty();
  });

  it('finds the directory of a node by the UUID as it is written', async () => {
    const uuid = NODE.toUpperCase();
    await writeAged(dir, `root/${uuid}/config`, '#!ipxe\necho upper case\n');
    expect(await given({uuid}).getBootConfig()).to.match(/upper case/);
  });

  for (const name of [
    '',
    'config',
    'BOOT.IPXE',
    'boot.ipxe ',
    'boot.ipxe/',
    './boot.ipxe',
    'boot.ipxe\0',
    'grub.cfg',
    '../boot.ipxe',
    `../${NODE}/config`,
    '/etc/passwd',
    '__proto__',
  ]) {
    it(`does not find the name ${JSON.stringify(name)}`, async () => {
      await writeAged(dir, `root/${NODE}/grub.cfg`, 'grub');
      const {getBootConfig, logger} = given();
      await expect(getBootConfig(name)).to.be.rejectedWith(NotFound, {
        message: `Configuration ${name} is not found`,
      });
      expect(logger.records).to.be.empty();
    });
  }

  for (const uuid of [
    '',
    '.',
    '..',
    '../outside',
    `../outside/${NODE}`,
    `${NODE}/..`,
    `${NODE}/../${NODE}`,
    `${NODE}\n`,
    `${NODE}\0`,
    'node-1',
    '12',
  ]) {
    it(`does not go where a bad UUID leads, ${JSON.stringify(uuid)}`, async () => {
      await dir.write('outside/config', SCRIPT);
      await dir.write(`outside/${NODE}/config`, SCRIPT);
      await dir.write('root/config', SCRIPT);
      await dir.write('config', SCRIPT);
      await dir.write('root/node-1/config', SCRIPT);
      await dir.write('root/12/config', SCRIPT);
      await expect(given({uuid}).getBootConfig()).to.be.rejectedWith(NotFound);
    });
  }

  describe('of a script that is not there', () => {
    for (const [what, remove] of Object.entries({
      'the script': async () => rm(config),
      "the node's directory": async () =>
        rm(path.dirname(config), {recursive: true}),
    })) {
      it(`tells that ${what} is missing, which is no error`, async () => {
        await remove();
        const {getBootConfig, logger} = given();
        await expectNotFound(getBootConfig());
        expect(only(logger.records)).to.match({
          level: 'info',
          message: /^no script: /,
          details: {path: config, code: 'ENOENT'},
        });
      });
    }

    it('takes one that vanishes while it is read for missing', async () => {
      const {getBootConfig, logger} = given();
      await expectNotFound(
        duringRead(
          async () => rm(path.dirname(config), {recursive: true}),
          getBootConfig,
        ),
      );
      expect(only(logger.records).level).to.eql('info');
    });
  });

  describe('of a script that cannot be returned', () => {
    const UNUSABLE: Record<string, () => Promise<unknown>> = {
      'a link to a script inside': async () => {
        await dir.write('root/other/config', SCRIPT);
        await rm(config);
        await symlink('../other/config', config);
      },
      'a link to a script outside': async () => {
        await dir.write('outside/config', SCRIPT);
        await rm(config);
        await symlink(dir.join('outside/config'), config);
      },
      'a link to nowhere': async () => {
        await rm(config);
        await symlink('missing', config);
      },
      'in a directory that is a link': async () => {
        await dir.write('root/other/config', SCRIPT);
        await rm(path.dirname(config), {recursive: true});
        await symlink('other', path.dirname(config));
      },
      'in a directory that is a link out of the root': async () => {
        await dir.write('outside/config', SCRIPT);
        await rm(path.dirname(config), {recursive: true});
        await symlink('../outside', path.dirname(config));
      },
      'in a directory that is none': async () => {
        await rm(path.dirname(config), {recursive: true});
        await writeAged(dir, `root/${NODE}`, SCRIPT);
      },
      'another name of a file': async () =>
        link(config, dir.join('another-name')),
      'a directory': async () => {
        await rm(config);
        await mkdir(config);
      },
      'a FIFO': async () => {
        await rm(config);
        makeFifo(config);
      },
      'a socket': async () => {
        await rm(config);
        (await makeSocket(config)).unref();
      },
      'too large': async () =>
        writeAged(dir, `root/${NODE}/config`, 'x'.repeat(MAX_SIZE + 1)),
      'not UTF-8': async () =>
        writeAged(
          dir,
          `root/${NODE}/config`,
          Buffer.from('#!ipxe\n# \xe9\n', 'latin1'),
        ),
      'cut in a character of UTF-8': async () =>
        writeAged(
          dir,
          `root/${NODE}/config`,
          Buffer.from('\u00e9').subarray(0, 1),
        ),
    };

    for (const [what, prepare] of Object.entries(UNUSABLE)) {
      it(`tells nobody but the log that it is ${what}`, async () => {
        await prepare();
        const {getBootConfig, logger} = given();
        await expectNotFound(getBootConfig());
        expect(only(logger.records)).to.match({
          level: 'error',
          message: /^no script: ./,
          details: {path: config},
        });
        expect(JSON.stringify(only(logger.records))).not.to.match(/#!ipxe/);
      });
    }

    it('tells nobody but the log that it may not be read', async () => {
      await chmod(dir.path, 0o755);
      await chmod(config, 0o000);
      const reader = await TestProcess.node(
        path.join(__dirname, 'support/read-unprivileged.js'),
        [dir.join('root')],
      );
      await reader.exited;
      const {error, records} = JSON.parse(reader.stdout.join('')) as Outcome;
      expect(error).to.eql('NotFound: Configuration boot.ipxe is not found');
      expect(records).to.have.length(1);
      expect(records[0]).to.match({
        level: 'error',
        message: /^no script: EACCES/,
        details: {path: config, code: 'EACCES'},
      });
    });

    it('crosses the wire as any other NotFound', async () => {
      await rm(config);
      await symlink('/etc/passwd', config);
      const {getBootConfig} = given();
      const conductor: ConductorApi = {
        getBootConfig: async (_context, _nodeId, name) => getBootConfig(name),
      };
      const answer = await dispatch(
        conductor,
        JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'get_boot_config',
          params: {context: {}, node_id: NODE, name: 'boot.ipxe'},
        }),
        error => {
          throw error;
        },
      );
      expect(answer).to.eql(
        '{"jsonrpc":"2.0","id":1,"error":{"code":404,"message":"Configuration boot.ipxe is not found","data":{"class":"ironic.common.exception.NotFound"}}}',
      );
    });
  });

  it('takes an HTTP root that is a link', async () => {
    await symlink('root', dir.join('link'));
    expect(await given({root: 'link'}).getBootConfig()).to.eql(SCRIPT);
  });

  it('finds nothing where the HTTP root is missing', async () => {
    await expectNotFound(given({root: 'missing'}).getBootConfig());
  });

  function given({
    uuid = NODE,
    root = 'root',
  }: {
    uuid?: string;
    root?: string;
  } = {}): GivenIPXEBoot {
    return givenIPXEBoot(dir.join(root), uuid, {max_script_size: MAX_SIZE});
  }

  async function expectNotFound(answer: Promise<string>): Promise<void> {
    await expect(answer).to.be.rejectedWith(NotFound, {
      name: 'NotFound',
      message: 'Configuration boot.ipxe is not found',
    });
  }
});
