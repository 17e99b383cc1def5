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

// A value of a table's own that any column of the kind can be compared with by
// its index: text in ASCII goes into every character set.
const MARKS = {
  text: 'CONVERT(? USING ascii)',
  integer: 'CAST(? AS SIGNED)',
};

/** A row that tells which of the values asked for has brought it. */
export interface AskedRow {
  asked: string | number;
}

/** Lookups that go to the database together. */
interface Batch<Row> {
  values: Set<string | number>;
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
   * @param kind - of the values; text is in ASCII
   * @param statement - `asked` is a table of the values with the one column
   *   `asked`, which is to be in the rows
   */
  constructor(
    private readonly client: MysqlClient,
    private readonly kind: keyof typeof MARKS,
    private readonly statement: (asked: string) => string,
  ) {}

  /** @throws BootConfigError `database_unavailable` */
  async find(
    value: string | number,
    signal: AbortSignal,
  ): Promise<Row | undefined> {
    const batch = this.batchWith(value);
    batch.values.add(value);
    const rows = await batch.rows.join(signal, () =>
      databaseUnavailable(tooLate()),
    );
    return rows.get(value);
  }

  private batchWith(value: string | number): Batch<Row> {
    const {open} = this;
    if (open && !open.rows.isGivenUp && hasRoom(open, value)) return open;
    const values: Batch<Row>['values'] = new Set();
    const rows = new SharedWork(async signal => {
      await this.begin();
      if (this.open === batch) this.open = undefined;
      try {
        return await this.select([...values], signal);
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
    const rows = await this.client.select<Row>(
      this.statement(this.table(size)),
      [...values, ...Array<null>(size - values.length).fill(null)],
      signal,
    );
    return new Map(rows.map(row => [row.asked, row]));
  }

  private table(size: number): string {
    const mark = MARKS[this.kind];
    const [first, ...others] = Array<string>(size).fill(`SELECT ${mark}`);
    return `(${[`${first} AS asked`, ...others].join(' UNION ALL ')})`;
  }
}

function hasRoom({values}: Batch<unknown>, value: string | number): boolean {
  return values.size < MOST_VALUES || values.has(value);
}
