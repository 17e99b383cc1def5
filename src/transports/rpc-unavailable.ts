import {BootConfigError, Reason} from '../boot-config-error';

/**
 * There is no way to any conductor, since RabbitMQ or Keystone for instance is
 * away. Of the conductor that was to be called it tells nothing.
 */
export class RpcUnavailable extends BootConfigError {
  constructor(
    message: string,
    {reason = 'conductor_unreachable', ...options}: RpcUnavailableOptions = {},
  ) {
    super(reason, message, options);
  }
}

export interface RpcUnavailableOptions {
  reason?: Reason;
  cause?: unknown;
}
