/**
 * Ironic's exceptions as they cross the wire, under the names that they have in
 * `ironic.common.exception`.
 */
export class IronicError extends Error {
  /** HTTP-like status, `code` in the error of a JSON-RPC answer. */
  readonly code: number = 500;

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

export class NotFound extends IronicError {
  override readonly code = 404;
}

export class NodeNotFound extends NotFound {
  constructor(node: string | number) {
    super(`Node ${node} could not be found.`);
  }
}

export class Invalid extends IronicError {
  override readonly code = 400;
}

export class UnsupportedDriverExtension extends Invalid {
  constructor(driver: string, extension: string) {
    super(
      `Driver ${driver} does not support ${extension} (disabled or not implemented).`,
    );
  }
}

export class TemporaryFailure extends IronicError {
  override readonly code = 503;
}

/** An error that a conductor answered with. */
export interface RemoteError {
  /** `code` of the answer. */
  code: number;
  /** Name of the exception without its module, if the answer gave one. */
  className?: string;
  message: string;
}
