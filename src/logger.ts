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
 * @param options - `[DEFAULT] debug`, asked for each time
 */
export function createLogger(options: {readonly debug: boolean}): Logger {
  const logger = process.stderr.isTTY ? terminalLogger() : jsonLogger();
  return {
    ...logger,
    debug: (details, message) => {
      if (options.debug) logger.debug(details, message);
    },
  };
}

function jsonLogger(): Logger {
  const logger = pino(
    {
      level: 'debug',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {level: level => ({level})},
    },
    pino.destination({dest: 2, sync: true}),
  );
  return {
    debug: (details, message) => logger.debug(details, message),
    info: (details, message) => logger.info(details, message),
    warn: (details, message) => logger.warn(details, message),
    error: (details, message) => logger.error(details, message),
  };
}

function terminalLogger(): Logger {
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
    debug: print('debug'),
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
