import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigBindings} from '../keys';
import {BootEvent} from './boot-event';
import {asBootEventSink, BootEventSink} from './boot-event-sink';

/** Whether an event is looked for. */
export type EventFilter = (event: BootEvent) => boolean;

/** A page of events. */
export interface EventPage {
  /** The latest one first. */
  events: BootEvent[];
  /** Whether there are older ones that are looked for. */
  more: boolean;
}

/** Keeps the latest events in memory, `[boot_config] event_buffer` of them. */
@injectable(asBootEventSink, {scope: BindingScope.SINGLETON})
export class EventStore implements BootEventSink {
  readonly name = 'store';

  /** A ring: the oldest one is overwritten. */
  private readonly events: BootEvent[] = [];
  private taken = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    @inject(BootConfigBindings.option('boot_config.event_buffer'))
    private readonly capacity: number,
  ) {}

  take(event: BootEvent): void {
    this.events[this.taken % this.capacity] = event;
    this.taken += 1;
    for (const listener of this.listeners) listener();
  }

  /** Number of the oldest event that is kept, counted from 0. */
  get first(): number {
    return Math.max(0, this.taken - this.capacity);
  }

  /** Number that the next event will have. */
  get next(): number {
    return this.taken;
  }

  /** The event with a number from `first` on and below `next`. */
  at(number: number): BootEvent {
    return this.events[number % this.capacity];
  }

  /**
   * Number of the first kept event whose id is larger; ids grow with numbers.
   */
  numberAfter(id: number): number {
    let low = this.first;
    let high = this.next;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.at(middle).id > id) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /**
   * The latest events that pass `filter`.
   *
   * @param limit - at most so many
   * @param before - only those with a smaller id
   */
  page(filter: EventFilter, limit: number, before = Infinity): EventPage {
    const events: BootEvent[] = [];
    let number = this.numberAfter(before - 1);
    while (--number >= this.first) {
      const event = this.at(number);
      if (!filter(event)) continue;
      if (events.length === limit) return {events, more: true};
      events.push(event);
    }
    return {events, more: false};
  }

  /**
   * Calls `listener` after every event.
   *
   * @returns a function that ends it
   */
  onEvent(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
