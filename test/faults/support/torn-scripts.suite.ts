import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {utimes} from 'node:fs/promises';
import {expect} from '@loopback/testlab';
import {
  Api,
  Conductor,
  Deployment,
  request,
  served,
  Wire,
} from '../../acceptance/system/support';
import {eventually} from '../../support/eventually';
import {TestProcess} from '../../support/process';
import {Readers, Readings} from './readers';
import {Rewriting, Rewritten} from './rewrite-script';

export interface TornScripts {
  /** For each script. */
  clients: number;
  seconds: number;
  /** Whether all scripts are rewritten at once, or one after the other. */
  atOnce: boolean;
}

type Way = Omit<Rewriting, 'file'>;

// Not at a whole second, which would be that of a file system without others.
const IN_AN_HOUR = Math.floor(Date.now() / 1000) * 1000 + 3_600_500;

const SMALL = script('small', 40);
// Several chunks of the writer's, and of the reader's.
const LARGE = script('large', 1600);
const LARGER = script('larger', 2400);

/** Each a script of its own. */
const WAYS: Record<string, Way> = {
  'with the same content': {by: 'in place', versions: [SMALL]},
  'with two contents in turn': {by: 'in place', versions: [SMALL, LARGE]},
  'with the same large content': {by: 'in place', versions: [LARGE]},
  'with two large contents in turn': {
    by: 'in place',
    versions: [LARGER, LARGE],
  },
  'by a writer that pauses': {
    by: 'in place',
    versions: [LARGE],
    pauseMs: 100,
  },
  'by a writer that pauses, and rests': {
    by: 'in place',
    versions: [LARGE, LARGER],
    pauseMs: 100,
    idleMs: 600,
  },
  'by a writer whose clock is ahead': {
    by: 'in place',
    versions: [LARGE, LARGER],
    idleMs: 20,
    modifiedAt: IN_AN_HOUR,
  },
  'on a file system with times of whole seconds': {
    by: 'in place',
    versions: [LARGE, LARGER],
    pauseMs: 100,
    idleMs: 2500,
    wholeSeconds: true,
  },
  'in another file that takes its place': {
    by: 'renamed',
    versions: [LARGE, LARGER],
  },
  'after it was removed': {by: 'removed', versions: [LARGE, SMALL]},
};

// Short, as many requests are to be made.
const REQUEST_TIMEOUT = 1;

// What is half written for this long is taken for whole. That happens where the
// machine holds up the writer, and tells nothing.
const TOO_LONG_MS = 280;
const ATTEMPTS = 3;

type Outcome = Readings & Rewritten;

export function describeTornScripts(options: TornScripts): void {
  const {clients, seconds, atOnce} = options;
  const ways = Object.entries(WAYS);
  const outcomes = new Map<string, Promise<Outcome>>();
  const uuids = new Map<string, string>();
  let deployment: Deployment;
  let conductor: Conductor;
  let api: Api;

  before(async function () {
    this.timeout(60_000 + ATTEMPTS * seconds * 1000);
    deployment = await Deployment.create();
    await deployment.register({hostname: '127.0.0.11'});
    for (const [title] of ways) {
      uuids.set(title, await deployment.addNode({macs: [macOf(title)]}));
    }
    conductor = await deployment.startConductor('127.0.0.11', {
      boot_config: {request_timeout: REQUEST_TIMEOUT},
    });
    for (const [title, {versions}] of ways) {
      await conductor.write(uuids.get(title)!, versions[0]);
    }
    api = await deployment.startApi({
      boot_config: {request_timeout: REQUEST_TIMEOUT},
    });
    if (!atOnce) return;
    for (const [title, way] of ways) outcomes.set(title, run(title, way));
    await Promise.all(outcomes.values());
  });

  after(() => deployment?.remove());

  for (const [title, way] of ways) {
    it(`serves no torn script while one is rewritten ${title}`, async function () {
      this.timeout(30_000 + ATTEMPTS * seconds * 1000);
      const outcome = await (outcomes.get(title) ?? run(title, way));
      expect(outcome.torn).to.eql([]);
      expect(outcome.whole + outcome.notFound).to.be.aboveOrEqual(clients);
      expect(outcome.count).to.be.above(1);
    });

    it(`serves it when it is no longer rewritten ${title}`, async () => {
      await expectServed(title, way.versions);
    });
  }

  it('serves a script from the future', async () => {
    const [title, {versions}] = ways[0];
    const file = fileOf(title);
    await utimes(file, IN_AN_HOUR / 1000, IN_AN_HOUR / 1000);
    expect(await ask(title)).to.equal(served(versions[0]));
  });

  async function run(title: string, way: Way): Promise<Outcome> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await runOnce(title, way);
      const {torn, longestMs} = outcome;
      const isHeldUp = torn.length > 0 && longestMs >= TOO_LONG_MS;
      if (!isHeldUp || attempt === ATTEMPTS) return outcome;
    }
  }

  async function runOnce(title: string, way: Way): Promise<Outcome> {
    const rewriting: Rewriting = {file: fileOf(title), ...way};
    const writer = await TestProcess.node(
      path.join(__dirname, 'rewrite-script.js'),
      [JSON.stringify(rewriting)],
    );
    const readers = new Readers(api.port, targetOf(title), way.versions);
    readers.start(clients);
    await pause(seconds * 1000);
    const readings = await readers.stop();
    const {code} = await writer.stop();
    expect([code, writer.stderr]).to.eql([0, []]);
    return {...readings, ...(JSON.parse(writer.stdout[0]) as Rewritten)};
  }

  async function expectServed(title: string, versions: string[]) {
    const whole = versions.map(version => served(version));
    await eventually('it is served', async () =>
      whole.includes(await ask(title)),
    );
  }

  async function ask(title: string): Promise<string> {
    const wire = await Wire.open(api.port);
    wire.send(request(targetOf(title)));
    const answer = await wire.answer();
    wire.close();
    return answer;
  }

  function fileOf(title: string): string {
    return path.join(conductor.root, uuids.get(title)!, 'config');
  }
}

function targetOf(title: string): string {
  return `/v1/boot/${macOf(title)}/boot.ipxe`;
}

function macOf(title: string): string {
  const index = Object.keys(WAYS).indexOf(title);
  return `52:54:00:00:00:${index.toString(16).padStart(2, '0')}`;
}

/** A script that ends nowhere else than at its end. */
function script(name: string, lines: number): string {
  const text = Array.from(
    {length: lines},
    (_, line) => `echo ${name} ${line}\n`,
  );
  return `#!ipxe\n${text.join('')}boot\n`;
}
