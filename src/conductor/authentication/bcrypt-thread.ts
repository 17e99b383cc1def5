import path from 'node:path';
import {Worker} from 'node:worker_threads';

/** What the thread is asked. */
export interface Comparison {
  id: number;
  password: string;
  hash: string;
}

/** What it answers. */
interface Outcome {
  id: number;
  equal: boolean;
}

interface Waiting {
  resolve: (equal: boolean) => void;
  reject: (error: Error) => void;
}

/** More comparisons are asked for than are allowed to wait. */
export class TooManyComparisons extends Error {}

const FILE = path.join(__dirname, 'bcrypt-worker.js');

/**
 * Compares passwords with bcrypt hashes, one after the other in a thread of its
 * own: each takes some 100 ms of a processor, by design, during which calls of
 * others go on.
 */
export class BcryptThread {
  private worker?: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  /** @param limit - how many comparisons may wait, the current one included */
  constructor(private readonly limit: number) {}

  /** @throws TooManyComparisons */
  async compare(password: string, hash: string): Promise<boolean> {
    if (this.waiting.size >= this.limit) throw new TooManyComparisons();
    const worker = (this.worker ??= this.start());
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, {resolve, reject});
      worker.postMessage({id, password, hash} satisfies Comparison);
    });
  }

  async stop(): Promise<void> {
    const {worker} = this;
    this.giveUp(new Error('stopped'));
    await worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(FILE);
    // Nothing but a call that waits keeps the process going.
    worker.unref();
    worker.on('message', ({id, equal}: Outcome) => {
      this.waiting.get(id)?.resolve(equal);
      this.waiting.delete(id);
    });
    worker.on('error', error => {
      if (worker === this.worker) this.giveUp(error);
    });
    return worker;
  }

  private giveUp(error: Error): void {
    this.worker = undefined;
    for (const {reject} of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
