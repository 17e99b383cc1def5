/**
 * What went wrong with Keystone:
 * - `refused`: it does not take the token or the credentials;
 * - `forbidden`: it takes them, and does not allow what was asked for;
 * - `unreachable`: there is no connection to it, or it does not work;
 * - `late`: it did not answer in time;
 * - `unusable`: what it answered is none of Keystone's answers.
 */
export type KeystoneFault =
  'refused' | 'forbidden' | 'unreachable' | 'late' | 'unusable';

/** Keystone did not do what it was asked for. The message holds no secret. */
export class KeystoneError extends Error {
  constructor(
    readonly fault: KeystoneFault,
    message: string,
    options?: {cause?: unknown},
  ) {
    super(message, options);
    this.name = 'KeystoneError';
  }
}
