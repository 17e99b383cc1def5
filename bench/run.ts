import {cpus} from 'node:os';
import {freePort} from '../test/support/ports';
import {Contender, contenders} from './contenders';
import {Deployment} from './support/deployment';
import {Program} from './support/program';
import {Load, wrk} from './support/wrk';

const NODES = 5000;
const CONNECTIONS = 64;
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 4);
const WARM_UP_SECONDS = 3;

/** Measures all contenders in turn, several times over, and prints a table. */
async function main(): Promise<void> {
  const deployment = await Deployment.create(NODES);
  try {
    const all = (await contenders(deployment)).filter(({name}) =>
      name.includes(process.env.ONLY ?? ''),
    );
    const loads = new Map<string, Load[]>();
    const running: {contender: Contender; program: Program; port: number}[] =
      [];
    for (const contender of all) {
      const port = await freePort();
      running.push({contender, port, program: await contender.start(port)});
    }
    const measure = async (
      {base = '/v1/boot'}: Contender,
      port: number,
      seconds: number,
    ) =>
      wrk(`http://127.0.0.1:${port}`, {
        connections: CONNECTIONS,
        seconds,
        script: await deployment.wrkScript(base),
      });
    for (const {contender, port} of running) {
      await measure(contender, port, WARM_UP_SECONDS);
    }
    for (let round = 0; round < ROUNDS; round++) {
      for (const {contender, port} of running) {
        const load = await measure(contender, port, SECONDS);
        loads.set(contender.name, [...(loads.get(contender.name) ?? []), load]);
      }
    }
    print(running, loads);
    for (const {program} of running) await program.stop();
  } finally {
    await deployment.remove();
  }
}

function print(
  running: {contender: Contender; program: Program}[],
  loads: Map<string, Load[]>,
): void {
  const median = (name: string, figure: (load: Load) => number): number =>
    loads
      .get(name)!
      .map(figure)
      .sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
  const rate = (name: string) => median(name, load => load.requestsPerSecond);
  console.log(
    `${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.version}; ${CONNECTIONS} connections, ${NODES} nodes, medians of ${ROUNDS} x ${SECONDS} s`,
  );
  for (const {contender, program} of running) {
    const {name, against} = contender;
    const ratio =
      against && loads.has(against)
        ? (rate(name) / rate(against)).toFixed(2)
        : '';
    const bad = median(name, load => load.refused + load.lost);
    console.log(
      [
        name.padEnd(42),
        rate(name).toFixed(0).padStart(7),
        `p50 ${median(name, l => l.p50).toFixed(2)} ms`.padStart(14),
        `p99 ${median(name, l => l.p99).toFixed(2)} ms`.padStart(14),
        `${program.memory.toFixed(0)} MB`.padStart(7),
        bad ? `${bad} bad` : '',
        ratio && `${ratio} x ${against}`,
      ].join('  '),
    );
  }
}

void main();
