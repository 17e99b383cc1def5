import {Logger} from '../../../src';

export interface LogRecord {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
  details: Record<string, unknown>;
}

/** A log that a test can read. */
export class RecordingLogger implements Logger {
  readonly records: LogRecord[] = [];

  readonly debug = this.recorder('debug');
  readonly info = this.recorder('info');
  readonly warn = this.recorder('warn');
  readonly error = this.recorder('error');

  /** What was logged for requests. */
  get requests(): LogRecord[] {
    return this.records.filter(({details}) => 'request_id' in details);
  }

  /** The record of the one request; fails if there are more or none. */
  get only(): LogRecord {
    const {requests} = this;
    if (requests.length !== 1) {
      throw new Error(`one request expected: ${JSON.stringify(requests)}`);
    }
    return requests[0];
  }

  clear(): void {
    this.records.length = 0;
  }

  private recorder(level: LogRecord['level']): Logger['info'] {
    return (details, message) => {
      this.records.push({level, message, details: {...details}});
    };
  }
}
