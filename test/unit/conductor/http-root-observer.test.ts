import {mkdir, readdir, readFile, stat, utimes} from 'node:fs/promises';
import {expect, sinon} from '@loopback/testlab';
import {
  BootConfigConfig,
  ConfigurationError,
  resolveOptions,
} from '../../../src';
import {HttpRootObserver} from '../../../src/conductor/http-root.observer';
import {RecordingLogger} from '../../acceptance/support/recording-logger';
import {eventually} from '../../support/eventually';
import {TempDir} from '../../support/temp-dir';
import {only} from './support/only';

describe('HttpRootObserver', () => {
  let dir: TempDir;
  let root: string;
  let logger: RecordingLogger;

  beforeEach(async () => {
    dir = await TempDir.create();
    root = dir.join('root');
    await mkdir(root);
    logger = new RecordingLogger();
  });
  afterEach(async () => dir.remove());

  it('writes the root script into the HTTP root, and says so', async () => {
    await run();
    expect(await readdir(root)).to.eql(['boot.ipxe']);
    const script = await readFile(`${root}/boot.ipxe`, 'utf8');
    expect(script).to.match(/^#!ipxe\n/);
    expect(script).to.match(/pxelinux\.cfg\/\$/);
    expect(only(logger.records)).to.match({
      level: 'info',
      message: /written/,
      details: {path: `${root}/boot.ipxe`},
    });
  });

  it('gives it the permissions that are configured', async () => {
    await run({pxe: {file_permission: '0o640'}});
    const {mode} = await stat(`${root}/boot.ipxe`);
    expect(mode & 0o7777).to.eql(0o640);
  });

  it('does not touch a root script that is as it has to be', async () => {
    await run();
    const before = await stat(`${root}/boot.ipxe`);
    logger.clear();
    await run();
    const {ino, mtimeMs} = await stat(`${root}/boot.ipxe`);
    expect({ino, mtimeMs}).to.eql({ino: before.ino, mtimeMs: before.mtimeMs});
    expect(only(logger.records).message).not.to.match(/written/);
  });

  it('replaces one of another configuration', async () => {
    await run();
    await run({
      pxe: {
        ipxe_use_boot_config_api: true,
        ipxe_config_api_root_url: 'http://10.0.0.1:6385',
      },
    });
    expect(await readFile(`${root}/boot.ipxe`, 'utf8')).to.match(
      /http:\/\/10\.0\.0\.1:6385\/v1\/boot\//,
    );
  });

  describe('with drafts of a root script that were left behind', () => {
    const UUID = '1be26c0b-03f2-4d2e-ae87-c02d7f33c101';
    const DRAFT = `boot.ipxe.${UUID}.tmp`;
    let observer: HttpRootObserver;

    beforeEach(() => {
      observer = observerOf({});
    });
    afterEach(() => {
      observer.stop();
      sinon.restore();
    });

    it('removes them, and says so', async () => {
      await leave(DRAFT, 61);
      await start(observer);
      expect(await readdir(root)).to.eql(['boot.ipxe']);
      expect(logger.records[1]).to.match({
        level: 'warn',
        message: /removed a draft/,
        details: {path: `${root}/${DRAFT}`},
      });
    });

    it('leaves alone what somebody may be writing', async () => {
      await leave(DRAFT, 30);
      await start(observer);
      expect((await readdir(root)).sort()).to.eql(['boot.ipxe', DRAFT]);
    });

    it('looks again at those when they must be done', async () => {
      const clock = sinon.useFakeTimers({
        toFake: ['setTimeout', 'clearTimeout'],
      });
      await leave(DRAFT, 30);
      await start(observer);
      await leave(DRAFT, 90);
      clock.tick(60_000);
      clock.restore();
      await eventually(
        'it is removed',
        async () => !(await readdir(root)).includes(DRAFT),
      );
    });

    it('leaves alone what is no draft of its', async () => {
      const others = [
        `boot.ipxe.${UUID}`,
        `boot.ipxe.x${UUID}.tmp`,
        'boot.ipxe.backup.tmp',
        `other.ipxe.${UUID}.tmp`,
        `boot.ipxe.${UUID}.tmp~`,
      ];
      for (const name of others) await leave(name, 3600);
      await mkdir(`${root}/${DRAFT}`);
      await utimes(`${root}/${DRAFT}`, 0, 0);
      await start(observer);
      expect((await readdir(root)).sort()).to.eql(
        [...others, DRAFT, 'boot.ipxe'].sort(),
      );
    });

    it('of an agent, leaves all alone', async () => {
      await leave(DRAFT, 61);
      await run({boot_config: {conductor_port: 8090}});
      expect(await readdir(root)).to.eql([DRAFT]);
    });

    async function leave(name: string, secondsAgo: number): Promise<void> {
      const file = await dir.write(`root/${name}`, '#!ipxe\n');
      const time = new Date(Date.now() - secondsAgo * 1000);
      await utimes(file, time, time);
    }
  });

  describe('of an agent', () => {
    const agent = {boot_config: {conductor_port: 8090}};

    it('writes nothing', async () => {
      await run(agent);
      expect(await readdir(root)).to.be.empty();
      expect(logger.records).to.be.empty();
    });

    it("leaves Ironic's root script alone", async () => {
      await dir.write('root/boot.ipxe', "#!ipxe\necho Ironic's\n");
      await run(agent);
      expect(await readFile(`${root}/boot.ipxe`, 'utf8')).to.match(/Ironic's/);
    });

    it("does not mind that Ironic's template is one for Jinja", async () => {
      const ipxe_boot_script = await dir.write(
        'boot.ipxe',
        '#!ipxe\n{% if x %}{% endif %}\n',
      );
      await run({...agent, pxe: {ipxe_boot_script}});
    });

    it('needs an HTTP root that can be read all the same', async () => {
      root = dir.join('missing');
      await expectProblem(/can be read: .*ENOENT/, agent);
    });
  });

  it('writes nothing before all parts of the application are content', async () => {
    const options = resolveOptions({deploy: {http_root: root}});
    await new HttpRootObserver(options, logger).init();
    expect(await readdir(root)).to.be.empty();
  });

  it('needs an HTTP root that is there', async () => {
    root = dir.join('missing');
    await expectProblem(/a directory that can be read: .*ENOENT/);
  });

  it('needs an HTTP root that is a directory', async () => {
    root = await dir.write('file', '');
    await expectProblem(/a directory that can be read: not a directory/);
  });

  it('needs to be able to replace the root script', async () => {
    await mkdir(`${root}/boot.ipxe/x`, {recursive: true});
    await expectProblem(/a directory that can be written: /);
    expect(await readdir(root)).to.eql(['boot.ipxe']);
  });

  it('needs a template that can be used', async () => {
    const file = dir.join('missing.ipxe');
    await expectProblem(
      /Mustache template/,
      {pxe: {ipxe_boot_script: file}},
      {section: 'pxe', option: 'ipxe_boot_script', value: file},
    );
    expect(await readdir(root)).to.be.empty();
  });

  async function run(config: BootConfigConfig = {}): Promise<void> {
    await start(observerOf(config));
  }

  async function start(observer: HttpRootObserver): Promise<void> {
    await observer.init();
    await observer.start();
  }

  function observerOf(config: BootConfigConfig): HttpRootObserver {
    const options = resolveOptions({...config, deploy: {http_root: root}});
    return new HttpRootObserver(options, logger);
  }

  async function expectProblem(
    expected: RegExp,
    config?: BootConfigConfig,
    problem: object = {
      section: 'deploy',
      option: 'http_root',
      value: root,
    },
  ): Promise<void> {
    const error = (await run(config).then(
      () => new Error('it was started'),
      (failure: Error) => failure,
    )) as ConfigurationError;
    expect(error).to.be.instanceOf(ConfigurationError);
    expect(error.problems).to.have.length(1);
    expect(error.problems[0]).to.match({...problem, expected});
  }
});
