import {setTimeout as pause} from 'node:timers/promises';
import {eventually} from '../../support/eventually';
import {
  notFound,
  request,
  served,
  Wire,
} from '../../acceptance/system/support/wire';

/** A machine that asks for its script: by which path, and which script. */
export interface Machine {
  target: string;
  script: string;
}

/** What the requests of a fleet came to. */
export interface Book {
  served: number;
  /** Answered with the constant 404. */
  refused: number;
  slowestMs: number;
  /** Every answer that was neither, and every connection that was cut. */
  broken: string[];
}

// Between an answer and the next request of a machine under load.
const PACE_MS = 20;

// How often, and how many times in a row, service has to be seen to be back.
const PROBE_MS = 25;
const PROBES_IN_A_ROW = 10;
const LONGEST_OUTAGE_MS = 30_000;

/** Machines that boot from one API, and a book of what it answered. */
export class Fleet {
  /** Requests that have been answered. */
  answered = 0;

  private book = emptyBook();
  private load: Promise<void>[] = [];
  private loaded = false;
  private next = 0;

  constructor(
    private readonly port: number,
    private readonly machines: readonly Machine[],
  ) {}

  /** Puts so many machines to it, each of which asks again and again. */
  startLoad(machines: number): void {
    this.loaded = true;
    this.load.push(
      ...Array.from({length: machines}, async () => {
        const wire = await Wire.open(this.port);
        while (this.loaded) {
          if ((await this.askOver(wire)) === undefined) break;
          await pause(PACE_MS);
        }
        wire.close();
      }),
    );
  }

  async stopLoad(): Promise<void> {
    this.loaded = false;
    await Promise.all(this.load.splice(0));
  }

  /** Waits until so many more requests have been served. */
  async untilServed(more: number): Promise<void> {
    const enough = this.book.served + more;
    await eventually(
      `${more} more requests are served`,
      () => this.book.served >= enough,
    );
  }

  /** Waits until so many more requests have been answered with 404. */
  async untilRefused(more: number): Promise<void> {
    const enough = this.book.refused + more;
    await eventually(
      `${more} more requests are refused`,
      () => this.book.refused >= enough,
    );
  }

  /**
   * Asks over a connection of its own.
   *
   * @returns whether it was served
   */
  async ask(): Promise<boolean> {
    const wire = await Wire.open(this.port);
    try {
      return (await this.askOver(wire)) ?? false;
    } finally {
      wire.close();
    }
  }

  /**
   * Asks with so many machines at once, each over a connection of its own.
   *
   * @returns how many were served
   */
  async burst(machines: number): Promise<number> {
    const answers = await Promise.all(
      Array.from({length: machines}, () => this.ask()),
    );
    return answers.filter(Boolean).length;
  }

  /**
   * Sends requests at a steady pace, whether the earlier ones have been
   * answered or not, until some in a row are served.
   *
   * @returns milliseconds from now to the first of those that are all served
   */
  async timeUntilBack(): Promise<number> {
    const begun = performance.now();
    const sentAt: number[] = [];
    const answers: Promise<unknown>[] = [];
    const served: boolean[] = [];
    const isBack = () =>
      sentAt.some((_, first) => {
        const row = served.slice(first, first + PROBES_IN_A_ROW);
        return row.filter(Boolean).length === PROBES_IN_A_ROW;
      });
    while (!isBack()) {
      const index = sentAt.push(performance.now() - begun) - 1;
      if (sentAt[index] > LONGEST_OUTAGE_MS) throw new Error('no way back');
      answers.push(
        this.ask().then(result => {
          served[index] = result;
        }),
      );
      await pause(PROBE_MS);
    }
    await Promise.all(answers);
    // Infinite if the last one was not.
    return sentAt[served.lastIndexOf(false) + 1] ?? Infinity;
  }

  /** What was booked since the last call. */
  takeBook(): Book {
    const {book} = this;
    this.book = emptyBook();
    return book;
  }

  /** @returns whether it was served; `undefined`: it got no sound answer */
  private async askOver(wire: Wire): Promise<boolean | undefined> {
    const {target, script} = this.machines[this.next++ % this.machines.length];
    const {book} = this;
    const begun = performance.now();
    let answer: string;
    try {
      wire.send(request(target));
      answer = await wire.answer();
    } catch (error) {
      answer = `${target}: ${(error as Error).message}`;
    }
    book.slowestMs = Math.max(book.slowestMs, performance.now() - begun);
    this.answered += 1;
    if (answer === served(script)) {
      book.served += 1;
      return true;
    }
    if (answer === notFound()) {
      book.refused += 1;
      return false;
    }
    book.broken.push(answer);
    return undefined;
  }
}

function emptyBook(): Book {
  return {served: 0, refused: 0, slowestMs: 0, broken: []};
}
