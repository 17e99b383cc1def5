import {DemoDeployment} from './demo-deployment';
import {DEMO_NODES, UNKNOWN_MAC} from './demo-nodes';
import {WAIT_STATES} from '../services/provision-state';

/**
 * What the demo tells its user.
 *
 * @param api - URL of the listener for firmware
 * @param ops - URL of the listener for operators
 */
export function demoText(
  {owners, conductors, dir}: DemoDeployment,
  api: string,
  ops: string,
): string {
  const served = DEMO_NODES.find(n => WAIT_STATES.has(n.provision_state!))!;
  const refused = DEMO_NODES.find(n => !WAIT_STATES.has(n.provision_state!))!;
  const curl = (mac: string) => `curl -i ${api}/v1/boot/${mac}/boot.ipxe`;
  const rows = DEMO_NODES.map(
    n =>
      `  ${n.name}  ${n.ports.join('  ')}  ${n.provision_state!.padEnd(14)}  ${owners.get(n.uuid)}`,
  );
  return `
The Boot configuration API with ${DEMO_NODES.length} nodes and ${conductors.length} conductors is up.

A node that is served:
  ${curl(served.ports[0])}
The same by its second NIC, spelled as iPXE does:
  ${curl(served.ports[1].replaceAll(':', '-'))}
A node in a state that is not served (${refused.provision_state}):
  ${curl(refused.ports[0])}
A MAC address that nobody knows:
  ${curl(UNKNOWN_MAC)}

  Node     MAC addresses                         State           Conductor
${rows.join('\n')}

Requests         ${ops}/
API explorer     ${ops}/explorer/
HTTP roots       ${dir}/conductor-*/httpboot

Ctrl-C ends it and leaves nothing behind.
`;
}
