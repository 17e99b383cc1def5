import {BootConfigError} from '../boot-config-error';
import {Node} from '../models';

/**
 * The states in which a node waits for its ramdisk (`ironic.common.states`):
 * DEPLOYWAIT, CLEANWAIT, INSPECTWAIT, RESCUEWAIT, SERVICEWAIT. The hold states
 * are not among them.
 */
export const WAIT_STATES: ReadonlySet<string> = new Set([
  'wait call-back',
  'clean wait',
  'inspect wait',
  'rescue wait',
  'service wait',
]);

/**
 * Lets a node pass that may be served in its provision state.
 *
 * @param restrict - `[api] restrict_boot_config`
 * @throws BootConfigError `state_restricted`
 */
export function checkProvisionState(node: Node, restrict: boolean): void {
  const state = node.provisionState ?? 'available';
  if (!restrict || WAIT_STATES.has(state)) return;
  throw new BootConfigError(
    'state_restricted',
    `node ${node.uuid} is in state "${state}", which [api] restrict_boot_config keeps from being served`,
  );
}
