import {pino} from 'pino';

/** What the package logs through; pino's loggers are such. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * JSON lines on standard error.
 *
 * @param options - `[DEFAULT] debug`, asked for each time
 */
export function createLogger(options: {readonly debug: boolean}): Logger {
  const logger = pino(
    {
      level: 'debug',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {level: level => ({level})},
    },
    pino.destination({dest: 2, sync: true}),
  );
  return {
    debug: (details, message) => {
      if (options.debug) logger.debug(details, message);
    },
    info: (details, message) => logger.info(details, message),
    warn: (details, message) => logger.warn(details, message),
    error: (details, message) => logger.error(details, message),
  };
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
  const from = conductor ? ` by conductor ${conductor}` : '';
  console.error(`${time}  ${message}${from}${reason ? ` (${reason})` : ''}`);
}
