import {EmbeddedNode} from '../repositories/embedded';

const HARDWARE_TYPE = 'redfish';

/** Hardware types that the demo's conductors drive. */
export const DEMO_HARDWARE_TYPES = [HARDWARE_TYPE];

const STATES = [
  'wait call-back',
  'clean wait',
  'inspect wait',
  'rescue wait',
  'service wait',
  'wait call-back',
  'wait call-back',
  'clean wait',
  'available',
  'active',
  'deploy failed',
  'manageable',
];

/** A MAC address that no node of the demo has. */
export const UNKNOWN_MAC = '52:54:00:ff:ff:ff';

/** The demo's nodes: each with two NICs, in the states that matter. */
export const DEMO_NODES: readonly EmbeddedNode[] = STATES.map(
  (state, index) => {
    const number = String(index + 1).padStart(2, '0');
    return {
      uuid: `b007c0de-0000-4000-8000-0000000000${number}`,
      name: `node-${number}`,
      driver: HARDWARE_TYPE,
      provision_state: state,
      boot_interface: 'ipxe',
      ports: [`52:54:00:00:${number}:0a`, `52:54:00:00:${number}:0b`],
    };
  },
);

/** A script for a node, in the form of Ironic's. */
export function demoScript(node: EmbeddedNode, httpUrl: string): string {
  const files = `${httpUrl}/${node.uuid}`;
  return `#!ipxe

set attempts:int32 10
set i:int32 0

goto deploy

:deploy
imgfree
echo Booting the ramdisk of ${node.name}
kernel ${files}/deploy_kernel BOOTIF=\${mac} initrd=deploy_ramdisk || goto retry
initrd ${files}/deploy_ramdisk || goto retry
boot

:retry
iseq \${i} \${attempts} && goto fail ||
inc i
echo No response, retrying in \${i} seconds.
sleep \${i}
goto deploy

:fail
echo No response after \${attempts} attempts
sleep 30
reboot
`;
}
