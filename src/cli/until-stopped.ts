import {once} from 'node:events';

/** What can be stopped: an application, or several. */
export interface Stoppable {
  stop(): Promise<void>;
}

/**
 * Fires at SIGTERM, at SIGINT, and at the end of the parent that forked this
 * process. A second signal ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('disconnect', () => stop.abort());
  // The parent may have ended while this process was on its way to here.
  if (process.connected === false) stop.abort();
  return stop.signal;
}

/** Waits for the signal to stop, then stops `running`. */
export async function untilStopped(
  running: Stoppable,
  signal = stopSignal(),
): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
  await running.stop();
}
