import {Fleet} from './fleet';
import {Outcome} from './machine';
import {Entry, Storm} from './storm';

// Nodes that the text names; all of them are in the report.
const NAMED = 10;

export interface Report {
  machines: number;
  /** Machines by what they got. */
  outcomes: Record<Outcome, number>;
  /** Machines that had to walk over their NICs more than once. */
  walkedAgain: number;
  /** Machines without a script although a living conductor has it, by UUID. */
  missed: string[];
  /** Machines whose script was on the killed conductor alone, by UUID. */
  orphaned: string[];
  requests: number;
  /** Requests in the second with most of them. */
  peak: number;
  /** Milliseconds of a request. */
  latency: {p50: number; p99: number; p999: number; max: number};
  /** Milliseconds from power-on to the script. */
  boot: {p50: number; p99: number; max: number};
  /** MB. */
  memory: {api: number; conductor: number};
}

export function reportOf(fleet: Fleet, {entries, killed, peak}: Storm): Report {
  const outcomes: Record<Outcome, number> = {
    served: 0,
    wrong: 0,
    none: 0,
    lost: 0,
  };
  for (const {outcome} of entries) outcomes[outcome]++;
  const without = entries.filter(({outcome}) => outcome !== 'served');
  const isOrphan = ({uuid}: Entry) => fleet.holders.get(uuid) === killed;
  const latencies = sorted(entries.flatMap(entry => entry.latencies));
  const boots = sorted(
    entries.filter(({outcome}) => outcome === 'served').map(({took}) => took),
  );
  return {
    machines: entries.length,
    outcomes,
    walkedAgain: entries.filter(({walks}) => walks > 1).length,
    missed: without.filter(e => !isOrphan(e)).map(({uuid}) => uuid),
    orphaned: without.filter(isOrphan).map(({uuid}) => uuid),
    requests: latencies.length,
    peak,
    latency: {
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
      p999: quantile(latencies, 0.999),
      max: quantile(latencies, 1),
    },
    boot: {
      p50: quantile(boots, 0.5),
      p99: quantile(boots, 0.99),
      max: quantile(boots, 1),
    },
    memory: fleet.memory,
  };
}

/** The report as an operator reads it. */
export function textOf(report: Report): string {
  const {outcomes, latency, boot, memory} = report;
  const ms = (milliseconds: number) => `${milliseconds.toFixed(1)} ms`;
  return [
    `machines  ${report.machines}: ${outcomes.served} served, ${outcomes.wrong} wrong, ${outcomes.lost} lost, ${outcomes.none} refused; ${report.walkedAgain} walked over their NICs again`,
    `          ${report.missed.length} without a script that a living conductor has`,
    `requests  ${report.requests}, at most ${report.peak} in a second; p50 ${ms(latency.p50)}, p99 ${ms(latency.p99)}, p99.9 ${ms(latency.p999)}, max ${ms(latency.max)}`,
    `boots     from power-on to the script: p50 ${ms(boot.p50)}, p99 ${ms(boot.p99)}, max ${ms(boot.max)}`,
    `memory    API ${memory.api.toFixed(0)} MB, conductor ${memory.conductor.toFixed(0)} MB`,
    ...list('missed', report.missed),
    ...list('on the killed conductor alone', report.orphaned),
  ].join('\n');
}

function list(what: string, uuids: string[]): string[] {
  if (uuids.length === 0) return [];
  const rest = uuids.length - NAMED;
  return [
    `${what} (${uuids.length}):`,
    ...uuids.slice(0, NAMED).map(uuid => `  ${uuid}`),
    ...(rest > 0 ? [`  and ${rest} more, which --json names`] : []),
  ];
}

function sorted(numbers: number[]): number[] {
  return numbers.sort((a, b) => a - b);
}

function quantile(ascending: number[], share: number): number {
  const index = Math.ceil(ascending.length * share) - 1;
  return ascending[Math.max(0, index)] ?? NaN;
}
