import {mkdir, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {freePort} from '../test/support/ports';
import {projectRoot} from '../test/support/project';
import {Contender, contenders} from './contenders';
import {chart} from './support/chart';
import {Deployment} from './support/deployment';
import {Program} from './support/program';
import {report, Result, table} from './support/results';
import {Load, wrk} from './support/wrk';

const NODES = 5000;
const CONNECTIONS = 64;
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = Number(process.env.SECONDS ?? 4);
const WARM_UP_SECONDS = 3;

/** A contender that has been started, and what was measured of it so far. */
class Run {
  readonly rounds: Load[] = [];
  readonly memory: number[] = [];
  half?: Load;

  private constructor(
    private readonly deployment: Deployment,
    private readonly contender: Contender,
    private readonly port: number,
    private readonly program: Program,
  ) {}

  static async start(
    deployment: Deployment,
    contender: Contender,
  ): Promise<Run> {
    const port = await freePort();
    return new Run(deployment, contender, port, await contender.start(port));
  }

  async round(): Promise<void> {
    this.rounds.push(await this.load(SECONDS));
    this.memory.push(this.program.memory);
  }

  /** How long a request takes when half of what is possible is asked for. */
  async atHalf(): Promise<void> {
    const highest = Math.max(...this.rounds.map(l => l.requestsPerSecond));
    const pause = Math.max(1, Math.round((2000 * CONNECTIONS) / highest));
    this.half = await this.load(SECONDS, pause);
  }

  async load(seconds: number, pause?: number): Promise<Load> {
    const {base = '/v1/boot'} = this.contender;
    return wrk(`http://127.0.0.1:${this.port}`, {
      connections: CONNECTIONS,
      seconds,
      script: await this.deployment.wrkScript(base, pause),
    });
  }

  get result(): Result {
    const {name, against} = this.contender;
    const {rounds, half, memory} = this;
    return {name, against, rounds, half: half!, memory};
  }

  async stop(): Promise<void> {
    await this.program.stop();
  }
}

/**
 * Measures all contenders in turn, several times over; prints a table, and
 * writes all figures and a chart into `bench/results`.
 */
async function main(): Promise<void> {
  const deployment = await Deployment.create(NODES);
  try {
    const runs: Run[] = [];
    for (const contender of await contenders(deployment)) {
      if (!contender.name.includes(process.env.ONLY ?? '')) continue;
      runs.push(await Run.start(deployment, contender));
    }
    for (const run of runs) await run.load(WARM_UP_SECONDS);
    for (let round = 0; round < ROUNDS; round++) {
      // To and fro, so that nobody always comes after the same one.
      for (const run of round % 2 ? runs.toReversed() : runs) await run.round();
    }
    for (const run of runs) await run.atHalf();
    await tell(runs.map(run => run.result));
    for (const run of runs) await run.stop();
  } finally {
    await deployment.remove();
  }
}

async function tell(results: Result[]): Promise<void> {
  const all = report(
    results,
    `${CONNECTIONS} connections, ${NODES} nodes, medians of ${ROUNDS} x ${SECONDS} s`,
  );
  console.log(table(all));
  const directory = join(projectRoot, 'bench', 'results');
  await mkdir(directory, {recursive: true});
  await writeFile(
    join(directory, 'latest.json'),
    `${JSON.stringify(all, null, 2)}\n`,
  );
  await writeFile(join(directory, 'latest.svg'), chart(all));
}

void main();
