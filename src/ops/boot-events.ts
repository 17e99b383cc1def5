import {BindingScope, extensionPoint, extensions} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootConfigBindings} from '../keys';
import {BootEvent} from './boot-event';
import {BootEventSink} from './boot-event-sink';

/** Hands the event of every request to all sinks. */
@extensionPoint(BootConfigBindings.EVENT_SINKS, {
  scope: BindingScope.SINGLETON,
})
export class BootEvents {
  private readonly failed = new Map<string, number>();

  constructor(
    @extensions.list()
    private readonly sinks: BootEventSink[],
  ) {}

  /** Never throws: the client has its answer. */
  emit(event: BootEvent, failure?: BootConfigError): void {
    for (const sink of this.sinks) {
      try {
        const result: unknown = sink.take(event, failure);
        // Of a host's that is async against the rules.
        if (result instanceof Promise) result.catch(() => this.drop(sink));
      } catch {
        this.drop(sink);
      }
    }
  }

  /** Events that the sinks did not take, by the name of the sink. */
  dropped(): {sink: string; count: number}[] {
    return this.sinks.map(({name, dropped = 0}) => ({
      sink: name,
      count: dropped + (this.failed.get(name) ?? 0),
    }));
  }

  private drop({name}: BootEventSink): void {
    this.failed.set(name, (this.failed.get(name) ?? 0) + 1);
  }
}
