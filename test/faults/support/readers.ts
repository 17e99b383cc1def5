import {
  notFound,
  request,
  served,
  Wire,
} from '../../acceptance/system/support/wire';

/** What came of requests for one script. */
export interface Readings {
  /** Answers with one of the versions, whole. */
  whole: number;
  /** The constant 404. */
  notFound: number;
  /** Everything else, in short. */
  torn: string[];
}

/** Clients that ask for a script over kept connections all the time. */
export class Readers {
  private readonly readings: Readings = {whole: 0, notFound: 0, torn: []};
  private readonly expected: Set<string>;
  private work?: Promise<unknown>;
  private stopped = false;

  /** @param versions - of the script, all that may be served */
  constructor(
    private readonly port: number,
    private readonly target: string,
    versions: string[],
  ) {
    this.expected = new Set(versions.map(version => served(version)));
  }

  start(clients: number): void {
    this.work = Promise.all(Array.from({length: clients}, () => this.read()));
  }

  async stop(): Promise<Readings> {
    this.stopped = true;
    await this.work;
    return this.readings;
  }

  private async read(): Promise<void> {
    const wire = await Wire.open(this.port);
    while (!this.stopped) {
      wire.send(request(this.target));
      const answer = await wire.answer();
      if (this.expected.has(answer)) this.readings.whole += 1;
      else if (answer === notFound()) this.readings.notFound += 1;
      else this.readings.torn.push(inShort(answer));
    }
    wire.close();
  }
}

function inShort(answer: string): string {
  const [status] = answer.split('\r\n', 1);
  const end = JSON.stringify(answer.slice(-40));
  return `${status}, ${answer.length} bytes, at the end ${end}`;
}
