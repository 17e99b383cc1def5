/**
 * Why a request was not served: one closed list. The code goes to the log and
 * the metrics; the client gets the same 404 for all of them.
 */
export const REASONS = [
  'disabled',
  'source_denied',
  'rate_limited',
  'overloaded',
  'path_unknown',
  'method_unknown',
  'mac_malformed',
  'name_malformed',
  'node_not_found',
  'state_restricted',
  'database_unavailable',
  'no_conductor',
  'conductor_unreachable',
  'conductor_timeout',
  'conductor_error',
  'rpc_unsupported',
  'driver_unsupported',
  'config_not_found',
  'script_unsound',
  'deadline_exceeded',
  'internal_error',
] as const;

export type Reason = (typeof REASONS)[number];

/**
 * A request that can't be served. The message is for the operator and never
 * leaves the log.
 */
export class BootConfigError extends Error {
  // Where the host has no guard and its own error writer meets this error, the
  // writer at least answers 404.
  readonly statusCode = 404;

  constructor(
    readonly reason: Reason,
    message: string,
    options?: {cause?: unknown},
  ) {
    // Most are part of normal life. The stack, which nobody would read, takes
    // more time than all else by which one refusal differs from another.
    const {stackTraceLimit} = Error;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'BootConfigError';
  }

  /** `error` as it is, or wrapped as an `internal_error`. */
  static from(error: unknown): BootConfigError {
    if (error instanceof BootConfigError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new BootConfigError('internal_error', message, {cause: error});
  }
}
