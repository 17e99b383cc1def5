import {BindingScope, injectable} from '@loopback/core';
import {Reason} from '../boot-config-error';
import {BootEvent} from './boot-event';
import {asBootEventSink, BootEventSink} from './boot-event-sink';

/** How a conductor answered. */
export interface ConductorAnswerRecord {
  /** When it was asked: ISO 8601, UTC. */
  time: string;
  ms: number;
  /** Why there was no script; not there if there was one. */
  reason?: Reason;
}

/** Failures for which it is the conductor or the way to it that is to blame. */
const TROUBLE: ReadonlySet<Reason> = new Set([
  'conductor_unreachable',
  'conductor_timeout',
  'conductor_error',
  'rpc_unsupported',
]);

/** Whether a conductor that answered so is well. */
export function isWell({reason}: ConductorAnswerRecord): boolean {
  return !reason || !TROUBLE.has(reason);
}

/** Remembers how every conductor answered last. */
@injectable(asBootEventSink, {scope: BindingScope.SINGLETON})
export class ConductorAnswers implements BootEventSink {
  readonly name = 'conductors';

  private readonly last = new Map<string, ConductorAnswerRecord>();

  take({time, steps}: BootEvent): void {
    for (const {conductor, ms, reason} of steps) {
      if (conductor) this.last.set(conductor, {time, ms: ms!, reason});
    }
  }

  of(conductor: string): ConductorAnswerRecord | undefined {
    return this.last.get(conductor);
  }

  /** Forgets all conductors but these: others are no longer registered. */
  retain(conductors: ReadonlySet<string>): void {
    for (const conductor of this.last.keys()) {
      if (!conductors.has(conductor)) this.last.delete(conductor);
    }
  }
}
