import {once} from 'node:events';

/** What can be stopped: an application, or several. */
export interface Stoppable {
  stop(): Promise<void>;
}

/**
 * Waits for SIGTERM or SIGINT, or for the end of the parent that forked this
 * process, then stops `running`. A second signal ends the process at once.
 */
export async function untilStopped(running: Stoppable): Promise<void> {
  const stop = new AbortController();
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('disconnect', () => stop.abort());
  await once(stop.signal, 'abort');
  await running.stop();
  process.off('SIGTERM', onSignal).off('SIGINT', onSignal);
}
