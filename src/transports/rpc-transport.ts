import {BindingTemplate, extensionFor} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {TakeOver} from '../reconfiguration';
import {RpcCall} from '../rpc';

/**
 * A way to call conductors: an extension of the extension point
 * `BootConfigBindings.RPC_TRANSPORTS`. The one whose name is the value of
 * `[DEFAULT] rpc_transport` is used.
 */
export interface RpcTransport {
  readonly name: string;

  /**
   * Makes ready for calls; only the transport that is used is told to.
   *
   * @throws ConfigurationError
   */
  init?(): Promise<void>;

  /**
   * Calls a conductor.
   *
   * @param hostname - of the conductor, as in Ironic's database
   * @param signal - ends the call when it fires
   * @returns the result as it came
   * @throws BootConfigError `conductor_unreachable`, `conductor_timeout`,
   *   `rpc_unsupported`, `driver_unsupported`, `config_not_found`,
   *   `conductor_error`
   */
  call(hostname: string, call: RpcCall, signal: AbortSignal): Promise<unknown>;

  /**
   * Whether it can call conductors now, as far as it knows without calling one.
   * Not there: it always can.
   *
   * @throws Error telling what is missing
   */
  check?(signal: AbortSignal): Promise<void>;

  /** Gets ready for calls, in the background. */
  start?(): void;

  /**
   * Makes ready for other options, see `Reconfigurable`; only the transport that
   * is used is told to.
   *
   * @throws ConfigurationError
   */
  prepare?(options: BootConfigOptions): Promise<TakeOver>;

  /** Ends all connections. */
  stop?(): Promise<void>;
}

/** Makes a class an extension of the extension point for RPC transports. */
export const asRpcTransport: BindingTemplate = extensionFor(
  BootConfigBindings.RPC_TRANSPORTS,
);
