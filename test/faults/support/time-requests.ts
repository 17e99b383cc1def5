import {Wire} from '../../acceptance/system/support/wire';
import {Random} from './random';

// Sends requests of several kinds over one connection and prints how long their
// answers took.

/** What to send: the program's argument, as JSON. */
export interface Timing {
  port: number;
  /** The requests as they go over the wire, by kind. */
  requests: Record<string, string>;
  /** How often each. */
  times: number;
  /** Of the order in which the kinds take turns. */
  seed: number;
}

/** What came of it: the program's output, as JSON. */
export interface Taken {
  /** Milliseconds to the whole answer, by kind. */
  medians: Record<string, number>;
  /** How many different answers there were. */
  answers: number;
}

async function main({port, requests, times, seed}: Timing): Promise<void> {
  const random = new Random(seed);
  const kinds = Object.keys(requests);
  const taken = new Map(kinds.map(kind => [kind, new Float64Array(times)]));
  const answers = new Set<string>();
  const wire = await Wire.open(port);
  for (let round = 0; round < times; round++) {
    for (const kind of random.shuffled(kinds)) {
      const begun = performance.now();
      wire.send(requests[kind]);
      const answer = await wire.answer();
      taken.get(kind)![round] = performance.now() - begun;
      answers.add(answer);
    }
  }
  wire.close();
  const medians = Object.fromEntries(
    kinds.map(kind => [kind, median(taken.get(kind)!)]),
  );
  const result: Taken = {medians, answers: answers.size};
  console.log(JSON.stringify(result));
}

function median(numbers: Float64Array): number {
  return numbers.sort()[Math.floor(numbers.length / 2)];
}

if (require.main === module) {
  void main(JSON.parse(process.argv[2]) as Timing);
}
