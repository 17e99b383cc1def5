import {setTimeout as pause} from 'node:timers/promises';

const POLL_MS = 10;

/**
 * Waits until `condition` holds, and fails after `timeoutMs` with `what` in the
 * message. A condition that costs much is to be looked at less often, every
 * `pollMs`.
 */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  {timeoutMs = 10000, pollMs = POLL_MS} = {},
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`Not so after ${timeoutMs} ms: ${what}`);
    }
    await pause(pollMs);
  }
}
