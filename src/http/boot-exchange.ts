import {ServerResponse} from 'node:http';
import {BootConfigError, Reason} from '../boot-config-error';
import {Logger} from '../logger';
import {newRequestId} from '../rpc';
import type {BootConfig} from '../services/boot-config.service';
import {sendNotFound, sendRedirect, sendScript} from './answers';
import {LinkReporter} from './link-reporter';
import {ScriptLocations} from './script-locations';

/** Reasons that are no part of normal life, and who has to look at them. */
const LEVELS: Partial<Record<Reason, 'warn' | 'error'>> = {
  overloaded: 'warn',
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

/** Reasons that pass by themselves. */
const TRANSIENT: ReadonlySet<Reason> = new Set([
  'rate_limited',
  'overloaded',
  'database_unavailable',
  'no_conductor',
  'conductor_unreachable',
  'conductor_timeout',
  'deadline_exceeded',
]);

/** What was asked for, as sent; empty when the path told nothing. */
export interface BootTarget {
  mac?: string;
  name?: string;
}

/** How a script is given to the client. */
export interface ScriptDelivery {
  /** Where scripts are; with `[boot_config] serve_mode = redirect` only. */
  locations?: ScriptLocations;
  links: LinkReporter;
}

/**
 * One request of the branch with its answer: sends the one and logs the other,
 * so that the client never learns what the operator reads.
 */
export class BootExchange {
  readonly requestId = newRequestId();

  private readonly startedAt = performance.now();

  /**
   * @param source - address of the client
   * @param sourceAllowed - whether it may be served at all
   * @param retryAfter - seconds, `[boot_config] retry_after`
   */
  constructor(
    private readonly response: ServerResponse,
    private readonly target: BootTarget,
    readonly source: string,
    readonly sourceAllowed: boolean,
    private readonly logger: Logger,
    private readonly retryAfter: number | undefined,
    private readonly delivery: ScriptDelivery,
  ) {}

  serve(config: BootConfig): void {
    if (this.isAnswered()) return;
    const {locations} = this.delivery;
    const {name} = this.target;
    const location = locations?.of(config, name!);
    if (location) {
      sendRedirect(this.response, location);
      this.logServed('info', 'redirected', config, {location});
      return;
    }
    sendScript(this.response, config.script);
    if (locations) {
      const why = `[boot_config] redirect_url has no URL for ${name} of conductor ${config.conductor}`;
      this.logServed('warn', `served: ${why}`, config);
    } else {
      this.logServed('info', 'served', config);
    }
    this.tell(() => this.delivery.links.report(config));
  }

  refuse(error: unknown): void {
    if (this.isAnswered()) return;
    const {reason, message, cause} = BootConfigError.from(error);
    sendNotFound(this.response, this.adviceFor(reason));
    this.log(LEVELS[reason] ?? 'info', `not served: ${message}`, {
      reason,
      // The stack of what nobody expected is all there is to go by.
      ...(reason === 'internal_error' && {err: cause}),
    });
  }

  /** Where the host's deadline was over before ours. */
  private isAnswered(): boolean {
    return this.response.writableEnded;
  }

  /** Seconds after which to try again, spread out; `undefined`: no advice. */
  private adviceFor(reason: Reason): number | undefined {
    if (!this.retryAfter || !this.sourceAllowed || !TRANSIENT.has(reason)) {
      return undefined;
    }
    return this.retryAfter + Math.floor(Math.random() * (this.retryAfter + 1));
  }

  private logServed(
    level: 'info' | 'warn',
    message: string,
    {script, node, conductor, isOwner}: BootConfig,
    details: object = {},
  ): void {
    this.log(level, message, {
      node: node.uuid,
      conductor,
      owner: isOwner,
      size: script.length,
      ...details,
    });
  }

  private log(
    level: 'info' | 'warn' | 'error',
    message: string,
    details: object,
  ): void {
    const {headers, method} = this.response.req;
    const record = {
      request_id: this.requestId,
      method,
      ...this.target,
      ...details,
      source: this.source,
      user_agent: headers['user-agent'],
      ms: Math.round(performance.now() - this.startedAt),
    };
    this.tell(() => this.logger[level](record, message));
  }

  private tell(report: () => void): void {
    try {
      report();
    } catch {
      // The client has its answer, and a host's logger that fails can't be told
      // of through the log.
    }
  }
}
