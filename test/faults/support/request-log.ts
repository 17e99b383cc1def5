import {Api, LogLine} from '../../acceptance/system/support';
import {eventually} from '../../support/eventually';

/** Reads what an API logs about requests, a line each. */
export class RequestLog {
  /** @param read - lines to pass over, whether they are there yet or not */
  constructor(
    private readonly api: Api,
    private read = 0,
  ) {}

  /** Waits for the next lines: they may come later than the answers. */
  async next(count: number): Promise<LogLine[]> {
    const end = this.read + count;
    await eventually(
      `${count} more requests are logged`,
      () => this.api.requestLog.length >= end,
    );
    const lines = this.api.requestLog.slice(this.read, end);
    this.read = end;
    return lines;
  }

  /** Waits until a request is logged as refused for this reason. */
  async untilRefusedFor(reason: string): Promise<void> {
    await eventually(`a request is refused as ${reason}`, () =>
      this.api.requestLog.slice(this.read).some(line => line.reason === reason),
    );
  }
}
