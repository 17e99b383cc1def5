import {setImmediate as turn} from 'node:timers/promises';
import {SharedWork} from '../../shared-work';
import {databaseUnavailable, MysqlClient, tooLate} from './mysql-client';

// Numbers of values that statements are prepared for; the server keeps each
// statement of each connection.
const SIZES = [1, 4, 16, 64];
const MOST_VALUES = SIZES.at(-1)!;

// Statements of a lookup under way at once. Fewer are fuller; more than one, so
// that one that hangs does not hold up all.
const MOST_AT_ONCE = 3;

/** A row that tells which of the values asked for has brought it. */
export interface AskedRow {
  asked: string | number;
}

/** Lookups that go to the database together. */
interface Batch<Row> {
  /** By the value as the database compares it. */
  values: Map<string | number, string | number>;
  rows: SharedWork<Map<string | number, Row>>;
}

/**
 * Looks up rows by a unique column. Those who ask in the same turn of the event
 * loop, or while as many statements as may be are under way, are answered by
 * one statement; each waits for it until its own signal fires.
 */
export class GatheredLookup<Row extends AskedRow> {
  /** The one that still takes lookups. */
  private open?: Batch<Row>;
  private underWay = 0;
  private readonly queue: (() => void)[] = [];

  /**
   * @param statement - with so many values: `marks` stands for `?, ?, ...`; its
   *   rows carry the column as `asked`
   */
  constructor(
    private readonly client: MysqlClient,
    private readonly statement: (marks: string) => string,
  ) {}

  /** @throws BootConfigError `database_unavailable` */
  async find(
    value: string | number,
    signal: AbortSignal,
  ): Promise<Row | undefined> {
    const key = asCompared(value);
    const batch = this.batchWith(key);
    batch.values.set(key, value);
    const rows = await batch.rows.join(signal, () =>
      databaseUnavailable(tooLate()),
    );
    return rows.get(key);
  }

  private batchWith(key: string | number): Batch<Row> {
    const {open} = this;
    if (open && !open.rows.isGivenUp && hasRoom(open, key)) return open;
    const values: Batch<Row>['values'] = new Map();
    const rows = new SharedWork(async signal => {
      await this.begin();
      if (this.open === batch) this.open = undefined;
      try {
        return await this.select([...values.values()], signal);
      } finally {
        this.end();
      }
    });
    const batch: Batch<Row> = {values, rows};
    this.open = batch;
    return batch;
  }

  /** In the next turn, and in the order of the batches. */
  private async begin(): Promise<void> {
    await turn();
    if (this.underWay < MOST_AT_ONCE) this.underWay += 1;
    else await new Promise<void>(resolve => this.queue.push(resolve));
  }

  private end(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.underWay -= 1;
  }

  private async select(
    values: (string | number)[],
    signal: AbortSignal,
  ): Promise<Map<string | number, Row>> {
    const size = SIZES.find(s => s >= values.length)!;
    // The same value again finds nothing else.
    const padding = Array<string | number>(size - values.length).fill(
      values[0],
    );
    const marks = Array(size).fill('?').join(', ');
    const rows = await this.client.select<Row>(
      this.statement(marks),
      [...values, ...padding],
      signal,
    );
    return new Map(rows.map(row => [asCompared(row.asked), row]));
  }
}

function hasRoom({values}: Batch<unknown>, key: string | number): boolean {
  return values.size < MOST_VALUES || values.has(key);
}

/** Ironic's columns compare text without regard to case. */
function asCompared(value: string | number): string | number {
  return typeof value === 'string' ? value.toLowerCase() : value;
}
