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
 * @param debug - `[DEFAULT] debug`
 */
export function createLogger({debug}: {debug: boolean}): Logger {
  return pino(
    {
      level: debug ? 'debug' : 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {level: level => ({level})},
    },
    pino.destination({dest: 2, sync: true}),
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
