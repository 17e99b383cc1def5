import {readFile} from 'node:fs/promises';
import {expect} from '@loopback/testlab';
import {eventually} from '../../support/eventually';
import {TestProcess} from '../../support/process';
import {
  Api,
  Conductor,
  Deployment,
  LogLine,
  request,
  Sections,
  startCommand,
  Wire,
} from './support';

const ACTIVE = '52:54:00:00:00:01';
const TARGET = `/v1/boot/${ACTIVE}/boot.ipxe`;
const SCRIPT = '#!ipxe\necho here\n';
const CONDUCTOR = '127.0.0.21';
const CONF = 'serve.conf';

describe('SIGHUP', function () {
  this.timeout(90_000);

  let deployment: Deployment;
  let conductor: Conductor;

  before(async () => {
    deployment = await Deployment.create();
    await deployment.register({hostname: CONDUCTOR});
    const node = await deployment.addNode({
      macs: [ACTIVE],
      provisionState: 'active',
    });
    conductor = await deployment.startConductor(CONDUCTOR);
    await conductor.write(node, SCRIPT);
  });

  after(() => deployment?.remove());

  describe('to serve', () => {
    const OPEN: Sections = {api: {restrict_boot_config: 'False'}};
    let api: Api;

    before(async () => {
      api = await deployment.startApi({}, CONF);
    });
    beforeEach(() => takeOver(OPEN));

    it('changes the gate', async () => {
      await takeOver({});
      expect(await reasonOf(ask())).to.equal('state_restricted');
      const told = await takeOver(OPEN);
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
      expect(told).to.containDeep([
        {
          level: 'info',
          msg: '[api] restrict_boot_config has changed',
          from: 'True',
          to: 'False',
        },
      ]);
      // The warnings of the start, once more where they apply.
      await takeOver({deploy: {fast_track: 'True'}});
      await api.process.waitForLine(/fast_track keeps nodes booted/);
    });

    it('changes who is served', async () => {
      await takeOver({
        ...OPEN,
        boot_config: {allowed_networks: '192.0.2.0/24'},
      });
      expect(await reasonOf(ask())).to.equal('source_denied');
      await takeOver({
        ...OPEN,
        boot_config: {allowed_networks: '192.0.2.0/24, 127.0.0.1'},
      });
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
    });

    it('changes whom to believe where clients are', async () => {
      const networks = {allowed_networks: '192.0.2.0/24'};
      const from = {'X-Forwarded-For': '192.0.2.7'};
      await takeOver({...OPEN, boot_config: networks});
      expect(await reasonOf(ask(from))).to.equal('source_denied');
      await takeOver({
        ...OPEN,
        boot_config: {...networks, trusted_proxies: '127.0.0.0/8'},
      });
      expect(await ask(from)).to.startWith('HTTP/1.1 200 ');
      expect(api.requestLog.at(-1)!.source).to.equal('192.0.2.7');
    });

    it('changes rates', async () => {
      await takeOver({
        ...OPEN,
        boot_config: {source_rate: 0.001, source_burst: 1},
      });
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
      expect(await reasonOf(ask())).to.equal('rate_limited');
      // Nobody gets tokens for other changes.
      await takeOver({
        ...OPEN,
        boot_config: {source_rate: 0.001, source_burst: 1, retry_after: 7},
      });
      const limited = await ask();
      expect(limited).to.match(/^HTTP\/1.1 404 [^]*^Retry-After: \d+\r$/m);
      await takeOver(OPEN);
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
    });

    it('switches it off and on', async () => {
      await takeOver({...OPEN, boot_config: {enabled: 'False'}});
      expect(await reasonOf(ask())).to.equal('disabled');
      await takeOver(OPEN);
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
    });

    it('changes what the log has', async () => {
      const debugs = () => logOf(api.process).filter(l => l.level === 'debug');
      await ask();
      expect(debugs()).to.be.empty();
      await takeOver({...OPEN, DEFAULT: {debug: 'True'}});
      await ask();
      expect(debugs()).to.not.be.empty();
      await takeOver(OPEN);
      const before = debugs().length;
      await ask();
      expect(debugs()).to.have.length(before);
    });

    it('changes nothing where anything is wrong, and says all of it', async () => {
      const told = await takeOver(
        {
          api: {port: 'x', restrict_boot_config: 'True'},
          boot_config: {fallback: 'never', retry_after: 9},
        },
        /can not be used/,
      );
      await api.process.waitForLine(/fallback: expected one of/);
      const errors = logOf(api.process).slice(-3);
      expect(errors).to.match([
        {level: 'error', msg: /can not be used, all stays as it is$/},
        {
          level: 'error',
          msg: '[api] port: expected an integer from 0 to 65535',
          value: 'x',
          origin: /serve\.conf:\d+$/,
        },
        {level: 'error', msg: /^\[boot_config\] fallback: /, value: 'never'},
      ]);
      expect(JSON.stringify(told)).to.not.match(/has changed/);
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
    });

    it('changes nothing where the file can not be read', async () => {
      await deployment.conf({'x]\nwords\n[y': {}}, CONF);
      await hangUp(api.process, /can not be used/);
      await api.process.waitForLine(/--config-file: expected .*line \d+/);
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
    });

    it('tells what needs a restart, and does the rest', async () => {
      const told = await takeOver({
        api: {host_ip: '127.0.0.9', restrict_boot_config: 'True'},
        database: {connection: 'mysql://u:S3cret@127.0.0.1/other'},
      });
      expect(told).to.containDeep([
        {
          level: 'warn',
          msg: '[api] host_ip has changed, which needs a restart',
        },
        {
          level: 'warn',
          msg: '[database] connection has changed, which needs a restart',
        },
      ]);
      expect(JSON.stringify(told)).to.not.containEql('S3cret');
      expect(await reasonOf(ask())).to.equal('state_restricted');
    });

    it('lets requests under way keep what they had', async () => {
      const wire = await Wire.open(api.port);
      deployment.db.suspend();
      try {
        wire.send(request(TARGET));
        // It has come, once one behind it has.
        expect(await ask({}, '/v1/boot')).to.startWith('HTTP/1.1 404 ');
        await takeOver({boot_config: {max_script_size: 10}});
      } finally {
        deployment.db.resume();
      }
      expect(await wire.answer()).to.startWith('HTTP/1.1 200 ');
      await eventually(
        'it is logged',
        () => api.requestLog.at(-1)!.msg === 'served',
      );
      wire.close();
      expect(await reasonOf(ask())).to.equal('state_restricted');
    });

    it('may come as often as it wants', async () => {
      await deployment.conf({}, CONF);
      for (let count = 0; count < 20; count++) api.process.kill('SIGHUP');
      await eventually('the last one has been heeded', async () => {
        return (await reasonOf(ask())) === 'state_restricted';
      });
      await takeOver(OPEN);
      expect(await ask()).to.startWith('HTTP/1.1 200 ');
    });

    it('warns of what is misspelt', async () => {
      const told = await takeOver({...OPEN, pxe: {ipxe_fallback_scrip: 'x'}});
      expect(told.filter(({level}) => level === 'warn')).to.match([
        {
          msg: /\[pxe\] ipxe_fallback_scrip is .*\[pxe\] ipxe_fallback_script\?$/,
        },
      ]);
    });

    /** What it logged while it took over a configuration. */
    async function takeOver(
      sections: Sections,
      outcome = /has been read again/,
    ): Promise<LogLine[]> {
      await deployment.conf(sections, CONF);
      return hangUp(api.process, outcome);
    }

    /** An answer, once it is in the log, too. */
    async function ask(
      headers: Record<string, string> = {},
      target = TARGET,
    ): Promise<string> {
      const lines = Object.entries(headers).map(([n, v]) => `${n}: ${v}\r\n`);
      const before = api.requestLog.length;
      const wire = await Wire.open(api.port);
      wire.send(request(target).replace('\r\n', `\r\n${lines.join('')}`));
      const answer = await wire.answer();
      wire.close();
      await eventually('it is logged', () => api.requestLog.length > before);
      return answer;
    }

    /** Why the request with this answer was refused. */
    async function reasonOf(answer: Promise<string>): Promise<unknown> {
      await answer;
      return api.requestLog.at(-1)!.reason;
    }
  });

  describe('to a conductor', () => {
    const HOST = '127.0.0.22';
    const FILE = 'conductor.conf';
    let started: Conductor;
    let template: string;

    before(async () => {
      started = await deployment.startConductor(HOST, {}, {name: FILE});
      template = `${started.root}/template`;
    });

    it('renders its root script anew', async () => {
      expect(await rootScript()).to.match(/pxelinux\.cfg/);
      await takeOver({pxe: linksTo('http://192.0.2.1:6385')});
      expect(await rootScript()).to.match(/192\.0\.2\.1:6385/);
      await takeOver({pxe: linksTo('http://192.0.2.2:6385')});
      expect(await rootScript()).to.match(/192\.0\.2\.2:6385/);
    });

    it('leaves it as it is where it can not be rendered', async () => {
      const before = await rootScript();
      await takeOver({pxe: linksTo('nowhere')}, /can not be used/);
      expect(await rootScript()).to.equal(before);
    });

    it('keeps to options that need a restart', async () => {
      const before = await rootScript();
      const told = await takeOver({
        pxe: {...linksTo('http://192.0.2.2:6385'), ipxe_boot_script: template},
      });
      expect(told[0].msg).to.match(/ipxe_boot_script .* needs a restart$/);
      expect(await rootScript()).to.equal(before);
    });

    function linksTo(url: string) {
      return {
        ipxe_use_boot_config_api: 'True',
        ipxe_config_api_root_url: url,
      };
    }

    async function takeOver(
      sections: Sections,
      outcome = /has been read again/,
    ): Promise<LogLine[]> {
      await deployment.conf(
        {DEFAULT: {host: HOST}, deploy: {http_root: started.root}, ...sections},
        FILE,
      );
      return hangUp(started.process, outcome);
    }

    function rootScript(): Promise<string> {
      return readFile(`${started.root}/boot.ipxe`, 'utf8');
    }
  });

  it('while it starts ends neither of them', async () => {
    for (const command of ['serve', 'conductor']) {
      const conf = await deployment.conf({
        DEFAULT: {host: '127.0.0.23'},
        deploy: {http_root: conductor.root},
      });
      const service = await startCommand([command, '--config-file', conf]);
      await eventually('it heeds the signal', () => heedsHangups(service));
      service.kill('SIGHUP');
      await service.waitForLine(/has been read again/, {timeoutMs: 30_000});
      expect(service.running).to.be.true();
      expect(await service.stop()).to.eql({code: 0, signal: null});
    }
  });
});

/** What a process logged while it heeded a SIGHUP. */
async function hangUp(
  process: TestProcess,
  outcome: RegExp,
): Promise<LogLine[]> {
  const before = logOf(process).length;
  const told = () => logOf(process).slice(before);
  process.kill('SIGHUP');
  await eventually(`it logs ${outcome}`, () =>
    told().some(({msg}) => outcome.test(msg)),
  );
  return told();
}

function logOf(process: TestProcess): LogLine[] {
  return process.stderr
    .filter(line => line.startsWith('{'))
    .map(line => JSON.parse(line) as LogLine);
}

const SIGHUP_BIT = 1n;

/** Whether a process has a handler for SIGHUP, as Linux tells. */
async function heedsHangups({pid}: TestProcess): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const [, caught] = /^SigCgt:\t([0-9a-f]+)$/m.exec(status)!;
  return (BigInt(`0x${caught}`) & SIGHUP_BIT) !== 0n;
}
