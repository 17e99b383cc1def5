import {BootConfigError} from '../boot-config-error';

/**
 * There is no way to any conductor, since RabbitMQ for instance is away. Of the
 * conductor that was to be called it tells nothing.
 */
export class RpcUnavailable extends BootConfigError {
  constructor(message: string, options?: {cause?: unknown}) {
    super('conductor_unreachable', message, options);
  }
}
