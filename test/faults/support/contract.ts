import {expect} from '@loopback/testlab';
import {Book} from './fleet';

/** `[boot_config] request_timeout` of the processes under test, in seconds. */
export const REQUEST_TIMEOUT = 2;

/** A request is answered within its deadline, and so much for the way. */
const LATEST_ANSWER_MS = REQUEST_TIMEOUT * 1000 + 500;

/** So long after the end of a fault requests are served again. */
const BACK_MS = 2000;

/** Every request got a right script or the constant 404, whole and in time. */
export function expectSoundAnswers(book: Book): void {
  expect(book.broken).to.eql([]);
  expect(book.slowestMs).to.be.belowOrEqual(LATEST_ANSWER_MS);
}

/** @param ms - from the end of the fault */
export function expectBackInTime(ms: number): void {
  expect(ms).to.be.belowOrEqual(BACK_MS);
}
