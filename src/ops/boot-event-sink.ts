import {BindingTemplate, extensionFor} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootConfigBindings} from '../keys';
import {BootEvent} from './boot-event';

/**
 * Takes the events of requests: an extension of the extension point
 * `BootConfigBindings.EVENT_SINKS`. What is bound when the application starts
 * gets every event.
 */
export interface BootEventSink {
  /** For the metrics. */
  readonly name: string;

  /** Events that it could not take, since its start. */
  readonly dropped?: number;

  /**
   * Called once for each request, when its answer is out. Must return at once:
   * the requests of all machines wait for it.
   *
   * @param failure - why there was no script
   */
  take(event: BootEvent, failure?: BootConfigError): void;
}

/** Makes a class an extension of the extension point for events. */
export const asBootEventSink: BindingTemplate = extensionFor(
  BootConfigBindings.EVENT_SINKS,
);
