import {IncomingHttpHeaders} from 'node:http';

/** Why a caller is not let in, as HTTP tells it. */
export interface Refusal {
  status: number;
  message: string;
  headers?: Record<string, string>;
}

/** Who may call a conductor. */
export interface RpcAuthentication {
  /**
   * Reads what it needs.
   *
   * @throws ConfigurationError
   */
  init(): Promise<void>;

  /** @returns `undefined` for a caller that may go on */
  check(headers: IncomingHttpHeaders): Promise<Refusal | undefined>;

  stop(): Promise<void>;
}

/** Anybody may, who can reach it. */
export const NO_AUTHENTICATION: RpcAuthentication = {
  init: async () => {},
  check: async () => undefined,
  stop: async () => {},
};
