import {setTimeout as sleep} from 'node:timers/promises';
import {Reading, Refused} from './read-file-inside';

// Ironic writes its files in place: it empties a file and fills it again, which
// takes far less than a millisecond as a rule. What has not changed for this
// long is taken for whole. A machine boots seconds after its script is written,
// so that hardly any request has to wait.
const STILL_MILLISECONDS = 300;

const INTERVAL_MILLISECONDS = 100;

/**
 * Reads a file again and again until it stands still: it was last changed a
 * while ago, or, where its time can't be trusted or somebody writes the same
 * into it all the time, it had the same content in all looks for a while.
 *
 * @param look - reads it once
 * @param signal - ends the wait
 * @throws Refused when it never stood still; what `look` throws
 */
export async function readSettled(
  look: () => Promise<Reading>,
  signal: AbortSignal,
): Promise<Buffer> {
  let same: {bytes: Buffer; since: number} | undefined;
  for (;;) {
    // Taken before the look: on a busy machine much time can go by between a
    // look and the moment at which its result is seen here.
    const clock = Date.now();
    const begun = performance.now();
    const {bytes, modifiedAt, changed} = await look();
    if (!changed && clock - modifiedAt >= STILL_MILLISECONDS) return bytes;
    // An empty file is one that is about to be filled.
    if (!changed && bytes.length > 0) {
      if (!same?.bytes.equals(bytes)) same = {bytes, since: performance.now()};
      else if (begun - same.since >= STILL_MILLISECONDS) return bytes;
    }
    await sleep(INTERVAL_MILLISECONDS, undefined, {signal}).catch(() => {
      throw new Refused('it is being written all the time');
    });
  }
}
