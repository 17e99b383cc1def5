import {ServerResponse} from 'node:http';
import {BootConfigError, Reason} from '../boot-config-error';
import {Logger} from '../logger';
import {newRequestId} from '../rpc';
import type {BootConfig} from '../services/boot-config.service';
import {sendNotFound, sendScript} from './answers';

/** Reasons that are no part of normal life, and who has to look at them. */
const LEVELS: Partial<Record<Reason, 'warn' | 'error'>> = {
  database_unavailable: 'error',
  no_conductor: 'warn',
  conductor_unreachable: 'warn',
  conductor_timeout: 'warn',
  conductor_error: 'warn',
  rpc_unsupported: 'error',
  script_unsound: 'error',
  deadline_exceeded: 'warn',
  internal_error: 'error',
};

/**
 * One request of the branch with its answer: sends the one and logs the other,
 * so that the client never learns what the operator reads.
 */
export class BootExchange {
  readonly requestId = newRequestId();

  private readonly startedAt = performance.now();

  /**
   * @param target - what was asked for, as sent; empty when the path told none
   */
  constructor(
    private readonly response: ServerResponse,
    private readonly logger: Logger,
    private readonly target: {mac?: string; name?: string} = {},
  ) {}

  serve({script, node, conductor, isOwner}: BootConfig): void {
    sendScript(this.response, script);
    this.log('info', 'served', {
      node: node.uuid,
      conductor,
      owner: isOwner,
      size: script.length,
    });
  }

  refuse(error: unknown): void {
    const {reason, message, cause} = BootConfigError.from(error);
    sendNotFound(this.response);
    this.log(LEVELS[reason] ?? 'info', `not served: ${message}`, {
      reason,
      // The stack of what nobody expected is all there is to go by.
      ...(reason === 'internal_error' && {err: cause}),
    });
  }

  private log(
    level: 'info' | 'warn' | 'error',
    message: string,
    details: object,
  ): void {
    const {socket, headers, method} = this.response.req;
    this.logger[level](
      {
        request_id: this.requestId,
        method,
        ...this.target,
        ...details,
        source: socket.remoteAddress,
        user_agent: headers['user-agent'],
        ms: Math.round(performance.now() - this.startedAt),
      },
      message,
    );
  }
}
