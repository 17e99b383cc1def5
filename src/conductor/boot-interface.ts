import {BindingTemplate, extensionFor} from '@loopback/core';
import {BootConfigBindings} from '../keys';
import {UnsupportedDriverExtension} from '../rpc';
import {Task} from './task';

/**
 * A boot interface: an extension of the extension point
 * `BootConfigBindings.BOOT_INTERFACES`, found by a node's `boot_interface`.
 */
export abstract class BootInterface {
  /** Values of `nodes.boot_interface` that it serves. */
  abstract readonly names: readonly string[];

  /**
   * Returns a boot configuration. Unless overridden there is none.
   *
   * @param task - holds the node, with a shared lock
   * @param name - of the configuration, for instance `boot.ipxe`
   * @throws NotFound if the configuration can't be produced,
   *   UnsupportedDriverExtension if the interface has none at all
   */
  async getBootConfig(task: Task, _name: string): Promise<string> {
    throw new UnsupportedDriverExtension(
      task.node.driver ?? 'unknown',
      'get_boot_config',
    );
  }
}

/** What serves a node whose boot interface nobody provides. */
export class UnsupportedBoot extends BootInterface {
  readonly names = [];
}

/** Makes a class an extension of the extension point for boot interfaces. */
export const asBootInterface: BindingTemplate = extensionFor(
  BootConfigBindings.BOOT_INTERFACES,
);
