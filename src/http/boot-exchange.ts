import {ServerResponse} from 'node:http';
import {BootConfigError, Reason} from '../boot-config-error';
import {BootTrace} from '../boot-trace';
import {Asked, refusedEvent, servedEvent} from '../ops/boot-event';
import type {BootEvents} from '../ops/boot-events';
import {globalRequestIdOf} from '../rpc/request-context';
import type {BootConfig} from '../services/boot-config.service';
import {sendNotFound, sendRedirect, sendScript} from './answers';
import {LinkReporter} from './link-reporter';
import {ScriptLocations} from './script-locations';

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
 * One request of the branch with its answer: sends the one and tells of the
 * other, so that the client never learns what the operator reads.
 *
 * An id that the client gave its request goes to the log and to the conductor.
 * It does not go back, and neither does our own: a header that differs from
 * answer to answer would end the one constant 404.
 */
export class BootExchange {
  readonly trace: BootTrace;

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
    private readonly events: BootEvents,
    private readonly retryAfter: number | undefined,
    private readonly delivery: ScriptDelivery,
  ) {
    const {headers} = response.req;
    this.trace = new BootTrace(
      globalRequestIdOf(headers['x-openstack-request-id']),
    );
  }

  serve(config: BootConfig): void {
    if (this.isAnswered()) return;
    const {locations, links} = this.delivery;
    const {name} = this.target;
    const location = locations?.of(config, name!);
    if (location) sendRedirect(this.response, location);
    else sendScript(this.response, config.script);
    const remark =
      locations && !location
        ? `[boot_config] redirect_url has no URL for ${name} of conductor ${config.conductor}`
        : undefined;
    this.events.emit(
      servedEvent(this.trace, this.asked(), config, {location, remark}),
    );
    if (!location) quietly(() => links.report(config));
  }

  refuse(error: unknown): void {
    if (this.isAnswered()) return;
    const failure = BootConfigError.from(error);
    sendNotFound(this.response, this.adviceFor(failure.reason));
    this.events.emit(refusedEvent(this.trace, this.asked(), failure), failure);
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

  private asked(): Asked {
    const {headers, method} = this.response.req;
    return {
      method,
      ...this.target,
      source: this.source,
      userAgent: headers['user-agent'],
    };
  }
}

/** The client has its answer, and a log that fails can't be told of. */
function quietly(report: () => void): void {
  try {
    report();
  } catch {
    // See above.
  }
}
