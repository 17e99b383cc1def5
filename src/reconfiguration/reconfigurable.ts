import {BindingTemplate, extensionFor} from '@loopback/core';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';

/** Takes over what was made ready. */
export type TakeOver = () => void | Promise<void>;

/**
 * A part of the application that does not see by itself that options have
 * changed, or that reads files which options name: an extension of the extension
 * point `BootConfigBindings.RECONFIGURABLES`. What reads an option of
 * `BootConfigBindings.OPTIONS` each time it needs it need not be one.
 */
export interface Reconfigurable {
  /**
   * Makes ready for other options, and changes nothing yet, as another part may
   * refuse them.
   *
   * @throws ConfigurationError
   */
  prepare(options: BootConfigOptions): Promise<TakeOver>;
}

/** Makes a class an extension of the extension point. */
export const asReconfigurable: BindingTemplate = extensionFor(
  BootConfigBindings.RECONFIGURABLES,
);
