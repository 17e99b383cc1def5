import {cpus} from 'node:os';
import {Load} from './wrk';

/** What was measured of one contender. */
export interface Result {
  name: string;
  /** Name of the one that it is compared with. */
  against?: string;
  /** At full load, one for each round. */
  rounds: Load[];
  /** At half of the highest throughput. */
  half: Load;
  /** Resident memory in MB, after each round. */
  memory: number[];
}

/** Everything, as it is written to the file. */
export interface Report {
  machine: string;
  conditions: string;
  results: (Result & Figures)[];
}

/** What is told of a contender. */
export interface Figures {
  /** Median of the requests per second. */
  rate: number;
  /** Lowest and highest of the rounds. */
  spread: [number, number];
  /** Median of the ratios to `against`, each of one round. */
  ratio?: number;
  ratioSpread?: [number, number];
}

export function report(results: Result[], conditions: string): Report {
  return {
    machine: `${cpus()[0].model}, ${cpus().length} cores, Node.js ${process.version}`,
    conditions,
    results: results.map(result => ({...result, ...figures(result, results)})),
  };
}

function figures({rounds, against}: Result, all: Result[]): Figures {
  const rates = rounds.map(load => load.requestsPerSecond);
  const others = all.find(({name}) => name === against)?.rounds;
  // What disturbed a round disturbed both.
  const ratios =
    others && rates.map((rate, i) => rate / others[i].requestsPerSecond);
  return {
    rate: median(rates),
    spread: spread(rates),
    ...(ratios && {ratio: median(ratios), ratioSpread: spread(ratios)}),
  };
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function spread(values: number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** A table for people. */
export function table({machine, conditions, results}: Report): string {
  const width = Math.max(...results.map(({name}) => name.length));
  const lines = results.map(result => {
    const {rounds, half, memory, rate} = result;
    const bad = rounds.reduce((sum, load) => sum + load.refused + load.lost, 0);
    return [
      result.name.padEnd(width),
      `${rate.toFixed(0).padStart(6)}/s (${range(result.spread, 0)})`.padEnd(
        24,
      ),
      `p50 ${median(rounds.map(load => load.p50)).toFixed(2)}`,
      `p99 ${median(rounds.map(load => load.p99)).toFixed(2)} ms`,
      `half load: p50 ${half.p50.toFixed(2)} p99 ${half.p99.toFixed(2)} longest ${half.longest.toFixed(0)} ms`,
      `${memory[0].toFixed(0)}-${memory.at(-1)!.toFixed(0)} MB`,
      bad ? `${bad} bad` : '',
      result.ratio
        ? `${result.ratio.toFixed(2)} (${range(result.ratioSpread!, 2)}) x ${result.against}`
        : '',
    ].join('  ');
  });
  return [machine, conditions, ...lines].join('\n');
}

function range([low, high]: [number, number], digits: number): string {
  return `${low.toFixed(digits)}-${high.toFixed(digits)}`;
}
