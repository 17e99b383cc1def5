import {randomInt} from 'node:crypto';

/** Seeds are below this. */
const SEEDS = 2 ** 32;

/**
 * The seed of a test that tries what comes by chance. The environment variable
 * FUZZ_SEED repeats a run.
 */
export const SEED = Number(process.env.FUZZ_SEED ?? randomInt(SEEDS));

/** Numbers that look random and are the same for the same seed. */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** An integer from 0 to `count` - 1. */
  below(count: number): number {
    // Mulberry32.
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let z = this.state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return Math.floor((((z ^ (z >>> 14)) >>> 0) / SEEDS) * count);
  }

  /** True in one of `count` cases. */
  oneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)];
  }

  /** The same items in another order. */
  shuffled<T>(items: readonly T[]): T[] {
    const shuffled: T[] = [];
    for (const item of items) {
      shuffled.splice(this.below(shuffled.length + 1), 0, item);
    }
    return shuffled;
  }

  /** As many characters of `alphabet`. */
  text(length: number, alphabet: string): string {
    return this.list(length, () => alphabet[this.below(alphabet.length)]).join(
      '',
    );
  }

  /** As many bytes of any value, each a character of Latin-1. */
  bytes(length: number): string {
    return this.list(length, () => String.fromCharCode(this.below(0x100))).join(
      '',
    );
  }

  list<T>(length: number, make: () => T): T[] {
    return Array.from({length}, make);
  }

  /** `text` in pieces, up to `most`. */
  split(text: string, most: number): string[] {
    const cuts = this.list(this.below(most), () => this.below(text.length));
    const ends = [...cuts, text.length].sort((a, b) => a - b);
    return ends
      .map((end, index) => text.slice(ends[index - 1] ?? 0, end))
      .filter(Boolean);
  }

  /** `text` with some bytes replaced, taken out, put in or doubled. */
  mutate(text: string): string {
    let mutant = text;
    for (let count = 1 + this.below(4); count > 0; count--) {
      const at = this.below(mutant.length + 1);
      const [before, after] = [mutant.slice(0, at), mutant.slice(at)];
      mutant = this.pick([
        () => before + this.bytes(1) + after.slice(1),
        () => before + after.slice(1 + this.below(4)),
        () => before + this.bytes(1 + this.below(4)) + after,
        () => before + after.slice(0, 1 + this.below(8)) + after,
        () => before + this.pick(['\0', '\r', '\n', '\r\n', ' ', ':']) + after,
      ])();
    }
    return mutant;
  }
}
