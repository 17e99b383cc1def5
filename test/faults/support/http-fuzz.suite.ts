import {setImmediate as turn} from 'node:timers/promises';
import {expect} from '@loopback/testlab';
import {
  Api,
  CLOSED,
  Deployment,
  KEPT,
  notFound,
  request,
  served,
  Wire,
} from '../../acceptance/system/support';
import {Machine} from './fleet';
import {footprintOf, poolsOf, untilFootprintIsBack} from './footprint';
import {Attempt, HttpFuzz, isAlone, isFarewell, Stream} from './http-fuzz';
import {Random, SEED} from './random';
import {withSmallHeap} from './small-heap';

export interface HttpFuzzing {
  requests: number;
  /** Connections at a time. */
  connections: number;
}

const HOST = '127.0.0.11';
const SCRIPTS = {
  '52:54:00:ab:cd:01': '#!ipxe\necho one\nboot\n',
  '52:54:00:ab:cd:02': '#!gpxe two',
  '52:54:00:ab:cd:ef': `#!ipxe\n${'echo three\n'.repeat(2000)}`,
};

// Pieces in which a request comes, at most.
const PIECES = 5;
const PIPELINED = 8;

// The part of the requests after which the memory is that of work.
const WARM_UP = 0.2;

const LONGEST_MS = 600_000;

/** What Wire says where the connection was closed without an answer. */
const NOTHING = 'closed after ""';

export function describeHttpFuzz(options: HttpFuzzing): void {
  const machines: Machine[] = [];
  const sound = new Set<string>();
  let deployment: Deployment;
  let api: Api;

  before(async function () {
    this.timeout(60_000);
    deployment = await Deployment.create();
    await deployment.register({hostname: HOST});
    const conductor = await deployment.startConductor(HOST);
    for (const [mac, script] of Object.entries(SCRIPTS)) {
      const uuid = await deployment.addNode({macs: [mac]});
      await conductor.write(uuid, script);
      machines.push({target: `/v1/boot/${mac}/boot.ipxe`, script});
    }
    for (const connection of [KEPT, CLOSED]) {
      sound.add(notFound(connection));
      for (const {script} of machines) sound.add(served(script, connection));
    }
    api = await withSmallHeap(() => deployment.startApi());
  });
  after(() => deployment?.remove());

  it(`answers each right, and else with 404 (FUZZ_SEED=${SEED})`, async function () {
    this.timeout(LONGEST_MS);
    const {pid} = api.process;
    const idle = await footprintOf(pid);
    expect(await fuzz(0, options.requests * WARM_UP)).to.equal('');
    idle.resident = (await footprintOf(pid)).resident;
    expect(await fuzz(1, options.requests * (1 - WARM_UP))).to.equal('');
    await untilFootprintIsBack(pid, idle, poolsOf(1));
  });

  it('serves afterwards as before', async () => {
    for (const {target, script} of machines) {
      const wire = await Wire.open(api.port);
      wire.send(request(target));
      expect(await wire.answer()).to.equal(served(script));
      wire.close();
    }
  });

  /** @returns what went wrong, the first of it */
  async function fuzz(phase: number, requests: number): Promise<string> {
    const faults: string[] = [];
    let left = requests;
    await Promise.all(
      Array.from({length: options.connections}, async (_, index) => {
        const random = new Random(SEED + phase * options.connections + index);
        const fuzzer = new HttpFuzz(random, machines);
        while (left > 0 && faults.length === 0 && api.process.running) {
          const fault = await random.pick([
            () => converse(random, attemptsOf(random, fuzzer)),
            () => converse(random, attemptsOf(random, fuzzer)),
            () => hear(random, fuzzer.stream()),
            () => abandon(random, attemptsOf(random, fuzzer)),
          ])();
          if (fault) faults.push(fault);
        }
      }),
    );
    if (!api.process.running)
      faults.push(api.process.stderr.slice(-20).join('\n'));
    return faults.slice(-3).join('\n');

    function attemptsOf(random: Random, fuzzer: HttpFuzz): Attempt[] {
      const attempts = random.list(1 + random.below(PIPELINED), () =>
        fuzzer.attempt(),
      );
      const last = attempts.findIndex(one => one.last || isAlone(one));
      const sent = last < 0 ? attempts : attempts.slice(0, last + 1);
      left -= sent.length;
      return sent;
    }

    /** Sends requests in a row, and checks each answer. */
    async function converse(
      random: Random,
      attempts: Attempt[],
    ): Promise<string | undefined> {
      const wire = await Wire.open(api.port);
      // Who still sends when the connection is closed may not get to see the
      // answer.
      const isRude = attempts.slice(0, -1).some(isFarewell);
      try {
        const sent = attempts.map(({bytes}) => bytes).join('');
        await sendInPieces(random, wire, sent);
        for (const [index, attempt] of attempts.entries()) {
          const {answers, bodyless, last} = attempt;
          const answer = await wire
            .answer({bodyless})
            .catch((error: Error) => error.message);
          // What stands behind a request that has no answer yet closes the
          // connection and gets none.
          if (answer === NOTHING && ((last && index > 0) || isRude)) {
            return undefined;
          }
          if (!answers.includes(answer)) return fault(attempts, index, answer);
          if (!last && !answer.includes(CLOSED)) continue;
          const rest = await wire.rest();
          return rest === '' ? undefined : fault(attempts, index, rest);
        }
        return undefined;
      } finally {
        wire.close();
      }
    }

    /** Sends requests in a row, and does not stay for the answers. */
    async function abandon(
      random: Random,
      attempts: Attempt[],
    ): Promise<undefined> {
      const wire = await Wire.open(api.port);
      await sendInPieces(
        random,
        wire,
        attempts.map(({bytes}) => bytes).join(''),
      );
      wire.close();
    }

    /** Sends what may be anything, and checks all that comes back. */
    async function hear(
      random: Random,
      {bytes, toBranch}: Stream,
    ): Promise<string | undefined> {
      left -= 1;
      const wire = await Wire.open(api.port);
      try {
        await sendInPieces(random, wire, bytes);
        const heard = await wire.rest();
        if (!toBranch || isSound(heard)) return undefined;
        return `${JSON.stringify(bytes)}\ngot ${inShort(heard)}`;
      } finally {
        wire.close();
      }
    }
  }

  /** Whether it is a row of answers, each of them right for some request. */
  function isSound(heard: string): boolean {
    if (heard === '') return false;
    const answers = heard
      .replace(/^Date: .*\r\n/gm, '')
      .split(/^(?=HTTP\/1\.1 )/m);
    return answers.every(
      answer =>
        sound.has(answer) ||
        // By HEAD.
        (answer.endsWith('\r\n\r\n') &&
          [...sound].some(whole => whole.startsWith(answer))),
    );
  }
}

async function sendInPieces(
  random: Random,
  wire: Wire,
  bytes: string,
): Promise<void> {
  for (const piece of random.split(bytes, PIECES)) {
    wire.send(piece);
    await turn();
  }
}

function fault(attempts: Attempt[], index: number, answer: string): string {
  const sent = attempts.map(({bytes}) => inShort(bytes)).join('\n  ');
  return `number ${index} of\n  ${sent}\ngot ${inShort(answer)}`;
}

function inShort(bytes: string): string {
  const LONGEST = 200;
  const more = bytes.length - LONGEST;
  const shown = JSON.stringify(bytes.slice(0, LONGEST));
  return more > 0 ? `${shown} and ${more} more` : shown;
}
