import {setTimeout as pause} from 'node:timers/promises';
import {Random} from '../../test/faults/support/random';
import {arrivals} from './arrivals';
import {Fleet} from './fleet';
import {Boot, boot, Walk} from './machine';

// As the root script has them: [boot_config] chain_timeout, attempts, pause.
const WALK: Walk = {chainTimeout: 10_000, attempts: 10, pause: 6000};

/** A boot, and when it began, in milliseconds from the start of the storm. */
export interface Entry extends Boot {
  uuid: string;
  at: number;
}

export interface StormOptions {
  /** Within which all machines come. */
  seconds: number;
  /** Whether a conductor dies, and another one joins, in the middle. */
  changes: boolean;
  seed: number;
}

export interface Storm {
  entries: Entry[];
  /** Most requests for scripts that came in one second. */
  peak: number;
  /** Name of the conductor that was killed. */
  killed?: string;
}

/** Switches all machines of a fleet on. @returns when the last one is through */
export async function runStorm(
  fleet: Fleet,
  {seconds, changes, seed}: StormOptions,
): Promise<Storm> {
  const random = new Random(seed);
  const times = arrivals(
    fleet.machines.length,
    seconds,
    () => random.below(1 << 30) / (1 << 30),
  );
  const order = shuffled(fleet.machines, random);
  const change = changes ? changeConductors(fleet, seconds * 1000) : undefined;

  const start = performance.now();
  const boots: Promise<Entry>[] = [];
  for (const [index, machine] of order.entries()) {
    const wait = times[index] - (performance.now() - start);
    if (wait > 0) await pause(wait);
    const at = performance.now() - start;
    boots.push(
      boot(machine, rootsFor(index, fleet.roots), WALK).then(result => ({
        ...result,
        uuid: machine.uuid,
        at,
      })),
    );
  }
  const entries = await Promise.all(boots);
  return {entries, killed: await change, peak: peakOf(entries)};
}

/** One dies at two fifths of the storm, another one joins at three. */
async function changeConductors(
  fleet: Fleet,
  milliseconds: number,
): Promise<string> {
  await pause((2 / 5) * milliseconds);
  const killed = await fleet.killConductor();
  await pause((1 / 5) * milliseconds);
  await fleet.addConductor();
  return killed;
}

/** Each machine begins with another instance, as behind a name with several. */
function rootsFor(index: number, roots: string[]): string[] {
  const first = index % roots.length;
  return [...roots.slice(first), ...roots.slice(0, first)];
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [shuffled[i], shuffled[j]] = [shuffled[j], shuffled[i]];
  }
  return shuffled;
}

function peakOf(entries: Entry[]): number {
  const perSecond = new Map<number, number>();
  for (const {at, latencies} of entries) {
    const second = Math.floor(at / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + latencies.length);
  }
  return Math.max(...perSecond.values());
}
