import {expect} from '@loopback/testlab';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, Server} from 'node:http';
import {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {
  renderRootScript,
  RootScriptView,
} from '../../src/conductor/root-script';
import {ROOT_SCRIPT_TEMPLATE} from '../../src/project-files';
import {bootFirmware, Firmware, FirmwareOptions} from '../support/firmware';

type Answer = {status: number; script?: string} | 'never';

const FIRST = '52-54-00-00-00-0a';
const SECOND = '52-54-00-00-00-0b';
const MACS = [FIRST, SECOND].map(mac => mac.replaceAll('-', ':'));

const API = '10.0.2.100:6385';
const OTHER_API = '10.0.2.101:6385';
const REFUSING_API = '10.0.2.100:6386';

const NOT_FOUND: Answer = {status: 404};
const UNAVAILABLE: Answer = {status: 503};
const SERVED = says('SERVED');
const FALLBACK = says('FALLBACK');
const RETRIES = /No answer at attempt 1 of/;

const TEMPLATE = readFileSync(ROOT_SCRIPT_TEMPLATE, 'utf8');

describe('the root script in the firmware', function () {
  this.timeout(60_000);

  let directory: string;
  let running: {stop(): Promise<void>}[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'root-script-'));
    running = [];
  });

  afterEach(async () => {
    await Promise.all(running.map(each => each.stop()));
    rmSync(directory, {recursive: true});
  });

  it('asks for the second NIC when the first one has no script', async () => {
    const api = await startApi(path =>
      path === scriptOf(SECOND) ? SERVED : NOT_FOUND,
    );
    const machine = boot(rootUrls([API]), {[API]: api});

    await machine.waitFor(/SERVED/);
    expect(api.requests).to.eql([scriptOf(FIRST), scriptOf(SECOND)]);
    expect(machine.console()).to.match(new RegExp(`Trying MAC ${FIRST}`));
    expect(machine.console()).to.match(new RegExp(`Trying MAC ${SECOND}`));
  });

  it('runs the fallback script at once when every NIC gets a 404', async () => {
    const api = await startApi(path =>
      path === '/fallback.ipxe' ? FALLBACK : NOT_FOUND,
    );
    const machine = boot(rootUrls([API]), {[API]: api});

    await machine.waitFor(/FALLBACK/);
    expect(api.requests).to.eql([
      scriptOf(FIRST),
      scriptOf(SECOND),
      '/fallback.ipxe',
    ]);
    expect(machine.console()).not.to.match(RETRIES);
  });

  it('asks again until the API listens', async () => {
    const api = await startApi(() => SERVED, {listening: false});
    const machine = boot({...rootUrls([API]), attempts: 5}, {[API]: api});

    await machine.waitFor(RETRIES);
    await api.listen();
    await machine.waitFor(/SERVED/);
    expect(api.requests).to.eql([scriptOf(FIRST)]);
  });

  it('asks again while an answer for one NIC is missing', async () => {
    let healthy = false;
    const api = await startApi(path => {
      if (path !== scriptOf(FIRST)) return NOT_FOUND;
      const answer = healthy ? SERVED : UNAVAILABLE;
      healthy = true;
      return answer;
    });
    const machine = boot(rootUrls([API]), {[API]: api});

    await machine.waitFor(/SERVED/);
    expect(api.requests).to.eql([
      scriptOf(FIRST),
      scriptOf(SECOND),
      scriptOf(FIRST),
    ]);
  });

  it('runs the fallback script when all attempts are used up', async () => {
    const api = await startApi(path =>
      path === '/fallback.ipxe' ? FALLBACK : UNAVAILABLE,
    );
    const machine = boot(rootUrls([API]), {[API]: api});

    await machine.waitFor(/FALLBACK/);
    expect(api.requests).to.eql([
      scriptOf(FIRST),
      scriptOf(SECOND),
      scriptOf(FIRST),
      scriptOf(SECOND),
      '/fallback.ipxe',
    ]);
  });

  it('asks the second root URL when the first one answers 404', async () => {
    const sick = await startApi(() => NOT_FOUND);
    const api = await startApi(() => SERVED);
    const machine = boot(rootUrls([OTHER_API, API]), {
      [OTHER_API]: sick,
      [API]: api,
    });

    await machine.waitFor(/SERVED/);
    expect(sick.requests).to.eql([scriptOf(FIRST)]);
    expect(api.requests).to.eql([scriptOf(FIRST)]);
  });

  it('does not wait for a root URL that is away when another answers 404', async () => {
    const api = await startApi(path =>
      path === '/fallback.ipxe' ? FALLBACK : NOT_FOUND,
    );
    const machine = boot(rootUrls([REFUSING_API, API]), {[API]: api});

    await machine.waitFor(/FALLBACK/);
    expect(api.requests).to.eql([
      scriptOf(FIRST),
      scriptOf(SECOND),
      '/fallback.ipxe',
    ]);
    expect(machine.console()).not.to.match(RETRIES);
  });

  it('asks the second root URL when the first one refuses', async () => {
    const api = await startApi(() => SERVED);
    const machine = boot(rootUrls([REFUSING_API, API]), {[API]: api});

    await machine.waitFor(/SERVED/);
    expect(api.requests).to.eql([scriptOf(FIRST)]);
    expect(machine.console()).not.to.match(RETRIES);
  });

  it('asks the second root URL when the first one stalls', async () => {
    const stalled = await startApi(() => 'never');
    const api = await startApi(() => SERVED);
    const machine = boot(
      {...rootUrls([OTHER_API, API]), chainTimeout: 2000},
      {[OTHER_API]: stalled, [API]: api},
    );

    await machine.waitFor(/SERVED/);
    expect(stalled.requests).to.eql([scriptOf(FIRST)]);
    expect(api.requests).to.eql([scriptOf(FIRST)]);
  });

  it('goes on to the next NIC, once, when a script fails', async () => {
    const api = await startApi(path => {
      if (path === scriptOf(FIRST)) {
        // Fails as an API would that does not listen.
        return {status: 200, script: `kernel http://${REFUSING_API}/kernel`};
      }
      return path === '/fallback.ipxe' ? FALLBACK : NOT_FOUND;
    });
    const machine = boot(rootUrls([API]), {[API]: api});

    await machine.waitFor(/FALLBACK/);
    expect(api.requests).to.eql([
      scriptOf(FIRST),
      scriptOf(SECOND),
      '/fallback.ipxe',
    ]);
    expect(machine.console()).not.to.match(RETRIES);
  });

  it('resolves links in a script against its URL at the API', async () => {
    const api = await startApi(path =>
      path === scriptOf(FIRST)
        ? {status: 200, script: 'chain ../beside.ipxe'}
        : SERVED,
    );
    const machine = boot(rootUrls([API]), {[API]: api});

    await machine.waitFor(/SERVED/);
    expect(api.requests).to.eql([scriptOf(FIRST), '/v1/boot/beside.ipxe']);
  });

  it('leaves the machine to the next boot device after a script', async () => {
    const api = await startApi(() => ({status: 200, script: 'exit 0'}));
    const machine = boot(rootUrls([API]), {[API]: api});

    await machine.waitFor(/No bootable device/);
    expect(api.requests).to.eql([scriptOf(FIRST)]);
  });

  it('says so and reboots when there is nothing to run', async () => {
    const api = await startApi(() => NOT_FOUND);
    const machine = boot(
      {...rootUrls([API]), fallbackScript: undefined},
      {[API]: api},
    );

    await machine.waitFor(/Network boot failed.*\n.*any key to reboot/);
    machine.press('x');
    await machine.waitForReboot();
  });

  it('tries the only NIC that a ROM without "inc" knows', async () => {
    const api = await startApi(path =>
      path === '/fallback.ipxe' ? FALLBACK : NOT_FOUND,
    );
    const oldRom = TEMPLATE.replaceAll(/^inc /gm, 'unknown-to-old-roms ');
    const machine = boot(rootUrls([API]), {[API]: api}, oldRom);

    await machine.waitFor(/FALLBACK/);
    expect(api.requests).to.eql([scriptOf(FIRST), '/fallback.ipxe']);
  });

  it('looks for pxelinux.cfg beside itself with the API off', async () => {
    const httpRoot = await startApi(path => {
      if (path === '/boot.ipxe') return {status: 200, script: rootScript};
      return path === `/pxelinux.cfg/${SECOND}` ? SERVED : NOT_FOUND;
    });
    const rootScript = render(withoutApi()).replace('#!ipxe\n', '');
    const machine = switchOn({
      bootfile: `http://${API}/boot.ipxe`,
      forwards: {[API]: httpRoot.port},
    });

    await machine.waitFor(/SERVED/);
    expect(httpRoot.requests).to.eql([
      '/boot.ipxe',
      `/pxelinux.cfg/${FIRST}`,
      `/pxelinux.cfg/${SECOND}`,
    ]);
  });

  it('tries each NIC once with the API off', async () => {
    const httpRoot = await startApi(path =>
      path === '/fallback.ipxe' ? FALLBACK : UNAVAILABLE,
    );
    const view = withoutApi();
    view.prefixes[0].prefix = `http://${API}/pxelinux.cfg/`;
    const machine = boot(view, {[API]: httpRoot});

    await machine.waitFor(/FALLBACK/);
    expect(httpRoot.requests).to.eql([
      `/pxelinux.cfg/${FIRST}`,
      `/pxelinux.cfg/${SECOND}`,
      '/fallback.ipxe',
    ]);
  });

  function boot(
    view: RootScriptView,
    apis: Record<string, FakeApi>,
    template?: string,
  ): Firmware {
    writeFileSync(join(directory, 'boot.ipxe'), render(view, template));
    const ports = Object.entries(apis).map(([address, api]) => [
      address,
      api.port,
    ]);
    return switchOn({
      tftpDir: directory,
      bootfile: 'boot.ipxe',
      forwards: Object.fromEntries(ports) as Record<string, number>,
    });
  }

  function switchOn(options: Omit<FirmwareOptions, 'macs'>): Firmware {
    const machine = bootFirmware({macs: MACS, ...options});
    running.push(machine);
    return machine;
  }

  async function startApi(
    answer: (path: string) => Answer,
    {listening = true} = {},
  ): Promise<FakeApi> {
    const api = new FakeApi(answer);
    running.push(api);
    // The port is known to the machine before anybody listens on it.
    await api.listen();
    if (!listening) await api.stop();
    return api;
  }
});

describe('the root script as text', () => {
  const variants: [string, RootScriptView][] = [
    ['with the API', rootUrls([API, OTHER_API])],
    ['without the API', withoutApi()],
  ];

  for (const [name, view] of variants) {
    it(`is a script of whole commands ${name}`, () => {
      const script = render(view);

      expect(script.startsWith('#!ipxe\n')).to.be.true();
      expect(script.endsWith('reboot\n')).to.be.true();
      expect(script).not.to.match(/\{\{|\}\}\}/);
      expect(script).not.to.match(/[^|]\|[^|]/);
      for (const [, label] of script.matchAll(/goto (\S+)/g)) {
        expect(script).to.match(new RegExp(`^:${label}$`, 'm'));
      }
      // A key press that does not come is an error, which would end the script.
      for (const [prompt] of script.matchAll(/^prompt.*/gm)) {
        expect(prompt).to.match(/ --timeout \d+ \|\|$/);
      }
    });

    it(`bounds each download ${name}`, () => {
      const [script] = render(view).split(':ironic_old_rom\n');

      for (const [download] of script.matchAll(/^(chain|imgfetch) .*/gm)) {
        expect(download).to.match(/ --timeout 5000 /);
      }
    });
  }

  it('keeps URLs as they are', () => {
    const url = 'http://conductor/fallback.ipxe?rack=1&name=a"b';
    const script = render({...rootUrls([API]), fallbackScript: url});

    expect(script).to.containEql(`chain --timeout 5000 --autofree ${url} `);
    expect(script).to.containEql(
      `http://${API}/v1/boot/\${net\${ironic_nic}/mac:hexhyp}/boot.ipxe `,
    );
  });
});

function render(view: RootScriptView, template = TEMPLATE): string {
  return renderRootScript(template, view);
}

/** Answers by path, and remembers what it was asked. */
class FakeApi {
  readonly requests: string[] = [];
  port = 0;
  private server: Server;

  constructor(answer: (path: string) => Answer) {
    this.server = createServer((request, response) => {
      const path = request.url ?? '';
      this.requests.push(path);
      const reply = answer(path);
      if (reply === 'never') return;
      const body = reply.script ? `#!ipxe\n${reply.script}\n` : '';
      response.writeHead(reply.status, {'Content-Length': body.length});
      response.end(body);
    });
  }

  async listen(): Promise<void> {
    await new Promise<void>(resolve => {
      this.server.listen(this.port, '127.0.0.1', resolve);
    });
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    this.server.closeAllConnections();
    await new Promise(resolve => this.server.close(resolve));
  }
}

function rootUrls(apis: string[]): RootScriptView {
  return {
    prefixes: apis.map(api => ({
      prefix: `http://${api}/v1/boot/`,
      suffix: '/boot.ipxe',
    })),
    useBootConfigApi: true,
    fallbackScript: `http://${API}/fallback.ipxe`,
    chainTimeout: 5000,
    attempts: 2,
    pause: 1,
  };
}

function withoutApi(): RootScriptView {
  return {
    ...rootUrls([API]),
    prefixes: [{prefix: 'pxelinux.cfg/', suffix: ''}],
    useBootConfigApi: false,
  };
}

function scriptOf(mac: string): string {
  return `/v1/boot/${mac}/boot.ipxe`;
}

/** A script that says a word and ends the machine, which eats its last word. */
function says(word: string): Answer {
  return {status: 200, script: `echo ${word}\necho Goodbye\nreboot`};
}
