import {
  BootConfigError,
  BootEvent,
  BootTrace,
  refusedEvent,
} from '../../../src';

/** An event, of a request for an unknown node unless told otherwise. */
export function givenEvent(event: Partial<BootEvent> = {}): BootEvent {
  return {
    ...refusedEvent(
      new BootTrace(),
      {method: 'GET', mac: event.mac ?? '52:54:00:ab:cd:ef', name: 'boot.ipxe'},
      new BootConfigError('node_not_found', 'nobody'),
    ),
    ...event,
  };
}
