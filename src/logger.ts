import {pino} from 'pino';

/** What the package logs through; pino's loggers are such. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * A log on standard error: lines for a person where that is a terminal, and
 * JSON everywhere else.
 *
 * @param debug - `[DEFAULT] debug`
 */
export function createLogger({debug}: {debug: boolean}): Logger {
  return process.stderr.isTTY ? terminalLogger(debug) : jsonLogger(debug);
}

function jsonLogger(debug: boolean): Logger {
  return pino(
    {
      level: debug ? 'debug' : 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {level: level => ({level})},
    },
    pino.destination({dest: 2, sync: true}),
  );
}

function terminalLogger(debug: boolean): Logger {
  const print =
    (level: string) =>
    (details: object, message: string): void => {
      const time = new Date().toISOString().slice(11, 23);
      console.error(
        printable(`${time}  ${level}  ${message}${inWords(details)}`),
      );
      const {err} = details as {err?: unknown};
      if (!(err instanceof Error)) return;
      for (const line of err.stack?.split('\n') ?? []) {
        console.error(printable(line));
      }
    };
  return {
    debug: debug ? print('debug') : () => {},
    info: print('info '),
    warn: print('WARN '),
    error: print('ERROR'),
  };
}

/** `name=value` of each; quoted where it does not stand as one word. */
function inWords(details: object): string {
  return Object.entries(details)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]: [string, unknown]) => {
      if (value instanceof Error) return `  ${name}=${value.message}`;
      const isWord = typeof value === 'string' && /^[^\s"=]+$/.test(value);
      return `  ${name}=${isWord ? value : JSON.stringify(value)}`;
    })
    .join('');
}

/** What a client sent must not steer the terminal (ECMA-48). */
function printable(line: string): string {
  return line.replace(
    // eslint-disable-next-line no-control-regex
    /[\u0000-\u001f\u007f-\u009f]/g,
    control => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Lines for a person at a terminal, on standard error. */
export const plainLogger: Logger = {
  debug: () => {},
  info: (details, message) => printLine(details, message),
  warn: (details, message) => printLine(details, message),
  error: (details, message) => printLine(details, message),
};

function printLine(details: object, message: string): void {
  const {reason, conductor} = details as {reason?: string; conductor?: string};
  const time = new Date().toISOString().slice(11, 19);
  const isTold = !conductor || message.includes(conductor);
  const from = isTold ? '' : ` by conductor ${conductor}`;
  console.error(`${time}  ${message}${from}${reason ? ` (${reason})` : ''}`);
}
