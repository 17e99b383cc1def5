import {BootConfigOptions} from '../config';
import {InterfaceCount} from '../repositories';

// These boot a node from the network when it is ACTIVE, too.
const NETBOOT_DEPLOY = new Set(['ramdisk', 'anaconda']);
const NO_VOLUMES = new Set([null, '', 'noop']);

/**
 * What the configuration and the nodes have against `[api]
 * restrict_boot_config`: nodes that will boot from the network in a state in
 * which they are not served.
 *
 * @returns a sentence each, for the log
 */
export function gateClashes(
  {api, deploy, pxe}: BootConfigOptions,
  interfaces: readonly InterfaceCount[],
): string[] {
  if (!api.restrict_boot_config) return [];
  const clashes: string[] = [];
  const say = (what: string) =>
    clashes.push(
      `${what}, while [api] restrict_boot_config serves nodes in wait states only: others run the fallback script`,
    );
  if (deploy.fast_track) {
    say('[deploy] fast_track keeps nodes booted outside of wait states');
  }
  if (pxe.enable_netboot_fallback) {
    say(
      '[pxe] enable_netboot_fallback lets ACTIVE nodes boot from the network',
    );
  }
  const count = (matches: (i: InterfaceCount) => boolean) =>
    interfaces.filter(matches).reduce((sum, {nodes}) => sum + nodes, 0);
  const netboot = count(i => NETBOOT_DEPLOY.has(i.deployInterface ?? ''));
  if (netboot) {
    say(`${netboot} node(s) have the deploy interface ramdisk or anaconda`);
  }
  const volumes = count(i => !NO_VOLUMES.has(i.storageInterface));
  if (volumes) say(`${volumes} node(s) may boot from volumes`);
  return clashes;
}
