import {setTimeout as sleep} from 'node:timers/promises';
import {Reading, Refused} from './read-file-inside';

// Ironic writes its files in place: it empties a file and fills it again, which
// takes far less than a millisecond as a rule. What has not changed for this
// long is taken for whole. A machine boots seconds after its script is written,
// so that hardly any request has to wait.
const STILL_MILLISECONDS = 300;

// Some file systems keep times in whole seconds, FAT in every other one: such a
// time tells of the last change only so much.
const COARSE_MILLISECONDS = 2000;

const INTERVAL_MILLISECONDS = 100;

/** What a file that stands still holds. */
export interface Settled extends Pick<Reading, 'bytes' | 'version'> {
  /** Not after the look at it began, milliseconds since the epoch. */
  lookedAt: number;
}

/**
 * Reads a file again and again until it stands still: it was last changed a
 * while ago, or, where the clock can't be trusted, its time and its content
 * stayed the same for a while. One that somebody writes all the time never
 * does: the same content in many looks may be the same half each time.
 *
 * @param look - reads it once
 * @param signal - ends the wait
 * @throws Refused when it never stood still; what `look` throws
 */
export async function readSettled(
  look: () => Promise<Reading>,
  signal: AbortSignal,
): Promise<Settled> {
  let same: {bytes: Buffer; modifiedAt: number; since: number} | undefined;
  for (;;) {
    // Taken before the look: on a busy machine much time can go by between a
    // look and the moment at which its result is seen here.
    const clock = Date.now();
    const begun = performance.now();
    const {bytes, version, modifiedAt, changed} = await look();
    const settled = {bytes, version, lookedAt: clock};
    const still = stillFor(modifiedAt);
    if (!changed && clock - modifiedAt >= still) return settled;
    // An empty file is one that is about to be filled.
    if (!changed && bytes.length > 0) {
      if (same?.modifiedAt !== modifiedAt || !same.bytes.equals(bytes)) {
        same = {bytes, modifiedAt, since: performance.now()};
      } else if (begun - same.since >= still) {
        return settled;
      }
    }
    await sleep(INTERVAL_MILLISECONDS, undefined, {signal}).catch(() => {
      throw new Refused('it is being written all the time');
    });
  }
}

/** How long a file that was last changed at that time has to stand still. */
function stillFor(modifiedAt: number): number {
  const isCoarse = modifiedAt % 1000 === 0;
  return STILL_MILLISECONDS + (isCoarse ? COARSE_MILLISECONDS : 0);
}
