import {expect} from '@loopback/testlab';
import {
  BootConfigBindings,
  BootConfigError,
  BootTrace,
  refusedEvent,
} from '../../src';
import {BootConfigApplication} from '../../src/application';
import {FIRMWARE_SERVER, OPERATORS_SERVER} from '../../src/servers';
import {Chromium} from '../support/chromium';
import {eventually} from '../support/eventually';
import {TempDir} from '../support/temp-dir';
import {
  askFor,
  MAC,
  RecordingLogger,
  sampleConfig,
  StubConductor,
  WAITING_NODE,
} from './support';

const MANY = 10_000;

describe("The operators' page", function () {
  this.timeout(60_000);

  let app: BootConfigApplication;
  let browser: Chromium;
  let api: {port: number; conductor: StubConductor; logger: RecordingLogger};
  let url: string;
  let dir: TempDir;

  before(async () => {
    dir = await TempDir.create();
    const conductor = new StubConductor();
    const logger = new RecordingLogger();
    app = new BootConfigApplication(
      await sampleConfig({
        api: {host_ip: '127.0.0.1', port: 0},
        boot_config: {ops_port: 0},
        deploy: {http_root: dir.path},
      }),
    );
    app.bind(BootConfigBindings.LOGGER).to(logger);
    app.bind(BootConfigBindings.CONDUCTOR).to(conductor);
    await app.start();
    api = {
      port: (await app.get(FIRMWARE_SERVER)).address!.port,
      conductor,
      logger,
    };
    url = `http://127.0.0.1:${(await app.get(OPERATORS_SERVER)).address!.port}/`;
    browser = await Chromium.start();
    await askFor(api);
    await askFor(api, {mac: MAC.active});
    await askFor(api, {
      mac: encodeURIComponent('<img src=x onerror=document.title=1>'),
    });
  });
  after(async () => {
    await browser?.stop();
    await app?.stop();
    await dir?.remove();
  });

  beforeEach(async () => {
    await browser.open(url);
    await untilShown(/conductor-1/);
  });
  afterEach(() => {
    // Among them what the content security policy refuses.
    expect(browser.complaints).to.eql([]);
  });

  it('shows what was asked, and shows it as text', async () => {
    const rows = await rowsShown();
    expect(rows.join('\n')).to.match(/52:54:00:ab:cd:01.*waiting.*served/);
    expect(rows.join('\n')).to.match(/52:54:00:ab:cd:03.*state_restricted/);
    expect(rows.join('\n')).to.match(/<img src=x onerror/);
    expect(await browser.evaluate('document.images.length')).to.equal(0);
  });

  it('shows a request as it comes', async () => {
    await askFor(api, {mac: MAC.deadConductor});
    await untilShown(/52:54:00:ab:cd:04/);
    expect((await rowsShown())[0]).to.match(/conductor_unreachable/);
  });

  it('counts, and tells whether the instance is ready', async () => {
    await eventually('the state is shown', async () =>
      /ready/.test(await textOf('#state')),
    );
    expect(await textOf('#state')).to.equal('ready');
    expect(Number(await textOf('#served'))).to.be.above(0);
    expect(await textOf('#conductors')).to.equal('2 of 3');
    expect(
      await browser.evaluate(
        'document.querySelector("#latency").getAttribute("aria-label")',
      ),
    ).to.match(/median [\d.]+ ms, slowest [\d.]+ m?s, \d+ requests/);
  });

  for (const spelling of [
    '52:54:00:ab:cd:03',
    '52-54-00-AB-CD-03',
    '5254.00ab.cd03',
    '525400ABCD03',
  ]) {
    it(`finds a MAC address as ${spelling}`, async () => {
      await search(spelling);
      await eventually('the others are gone', async () =>
        (await rowsShown()).every(row => /52:54:00:ab:cd:03/.test(row)),
      );
      expect(await textOf('#count')).to.match(/^[1-9]\d* of \d+ requests$/);
    });
  }

  it('keeps a search in its address', async () => {
    await search('waiting');
    await browser.open(await browser.evaluate<string>('location.href'));
    await eventually('the others are gone', async () => {
      const rows = await rowsShown();
      return rows.length > 0 && rows.every(row => /waiting/.test(row));
    });
  });

  it('opens a request and the history of its machine by keys alone', async () => {
    await search('525400abcd01');
    await focusGrid();
    await browser.press('ArrowDown');
    await browser.press('Enter');
    await eventually('the dialog is open', async () =>
      browser.evaluate<boolean>('document.querySelector("#details").open'),
    );
    expect(await textOf('#fields')).to.match(/sha256[0-9a-f]{64}/);
    expect(await textOf('#fields')).to.match(new RegExp(WAITING_NODE));
    expect(await textOf('#steps')).to.match(/database: .*conductor-1: .* ms/);
    await browser.press('Enter');
    await eventually('it looks for the node', async () =>
      browser.evaluate<boolean>(
        `document.querySelector("[name=text]").value === "${WAITING_NODE}"`,
      ),
    );
    expect((await rowsShown()).every(row => /waiting/.test(row))).to.be.true();
  });

  it('closes a request with Escape', async () => {
    await focusGrid();
    await browser.press('ArrowDown');
    await browser.press('Enter');
    await browser.press('Escape');
    await eventually('the dialog is closed', async () =>
      browser.evaluate<boolean>('!document.querySelector("#details").open'),
    );
  });

  it('tells a screen reader what is what', async () => {
    const told = await browser.accessible();
    for (const expected of [
      /^heading Boot configuration API$/,
      /^searchbox MAC address or node$/,
      /^combobox Outcome$/,
      /^combobox Reason$/,
      /^button Pause$/,
      /^grid Requests, the latest first/,
      /^columnheader MAC address$/,
      /^gridcell 52:54:00:ab:cd:01$/,
      /^image Time to the answer: /,
      /^link API explorer$/,
    ]) {
      expect(told.filter(line => expected.test(line))).to.not.be.empty();
    }
    await focusGrid();
    await browser.press('ArrowDown');
    await eventually('the row is the active one', async () =>
      browser.evaluate<boolean>(
        'document.querySelector("#events").getAttribute("aria-activedescendant") !== null',
      ),
    );
  });

  for (const scheme of ['light', 'dark'] as const) {
    it(`can be read in ${scheme}`, async () => {
      await browser.prefer(scheme);
      for (const selector of [
        'body',
        'dt',
        '.served',
        '.refused',
        'a',
        'svg text',
      ]) {
        expect(await contrastOf(selector)).to.be.above(4.5);
      }
    });
  }

  it(`stays smooth with ${MANY} requests`, async () => {
    const store = await app.get(BootConfigBindings.EVENT_STORE);
    for (let i = 0; i < MANY; i++) {
      store.take(
        refusedEvent(
          new BootTrace(),
          {method: 'GET', mac: `02:00:00:00:${hex(i >> 8)}:${hex(i)}`},
          new BootConfigError('node_not_found', 'nobody'),
        ),
      );
    }
    await browser.open(url);
    await eventually('all are there', async () =>
      /^\d+ of 10000 requests$/.test(await textOf('#count')),
    );
    // However many there are, a few of them are elements.
    expect(
      await browser.evaluate('document.querySelectorAll("#rows > *").length'),
    ).to.be.below(100);
    await focusGrid();
    await browser.press('End');
    await untilShown(/02:00:00:00:00:00/);
    expect(
      await browser.evaluate('document.querySelectorAll("#rows > *").length'),
    ).to.be.below(100);
    await search('0200.0000.0a0b');
    await eventually('one is left', async () =>
      /^1 of 10000/.test(await textOf('#count')),
    );
  });

  async function search(text: string): Promise<void> {
    await browser.evaluate(
      '(field => { field.focus(); field.select(); })(document.querySelector("[name=text]"))',
    );
    await browser.type(text);
  }

  async function focusGrid(): Promise<void> {
    await browser.evaluate('document.querySelector("#events").focus()');
  }

  async function textOf(selector: string): Promise<string> {
    return browser.evaluate(
      `document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`,
    );
  }

  /** In the order in which they are seen. */
  async function rowsShown(): Promise<string[]> {
    return browser.evaluate(
      `[...document.querySelectorAll('#rows > *')]
        .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)
        .map(row => row.textContent)`,
    );
  }

  async function untilShown(pattern: RegExp): Promise<void> {
    await eventually(`${pattern} is shown`, async () =>
      (await rowsShown()).some(row => pattern.test(row)),
    );
  }

  /** Of text against its ground, as WCAG 2 has it. */
  async function contrastOf(selector: string): Promise<number> {
    return browser.evaluate(`(() => {
      const luminance = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number)
          .map(c => c / 255)
          .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const element = document.querySelector(${JSON.stringify(selector)});
      const style = getComputedStyle(element);
      let under = element;
      while (/, 0\\)$/.test(getComputedStyle(under).backgroundColor)) under = under.parentElement;
      const text = element instanceof SVGElement ? style.fill : style.color;
      const [low, high] = [text, getComputedStyle(under).backgroundColor]
        .map(luminance).sort((a, b) => a - b);
      return (high + 0.05) / (low + 0.05);
    })()`);
  }
});

function hex(byte: number): string {
  return (byte & 0xff).toString(16).padStart(2, '0');
}
