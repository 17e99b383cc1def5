import {writeFileSync} from 'node:fs';
import {EmbeddedStore} from '../../../src/repositories/embedded';
import {TempDir} from '../../support/temp-dir';

/** Name of the conductor in the test process. */
export const CONDUCTOR = 'conductor-1';

/** MAC addresses by what a test needs them for. */
export const MAC = {
  /** Of a node that waits. */
  waiting: '52:54:00:ab:cd:01',
  /** Another NIC of the same node. */
  waitingToo: '52:54:00:ab:cd:02',
  /** Of a node in state `active`. */
  active: '52:54:00:ab:cd:03',
  /** Of a waiting node whose conductor can't be reached. */
  deadConductor: '52:54:00:ab:cd:04',
  /** Of a waiting node for which there is no conductor. */
  noConductor: '52:54:00:ab:cd:05',
  /** Of no node. */
  unknown: '52:54:00:ab:cd:ff',
};

/** The node of `MAC.waiting` and `MAC.waitingToo`. */
export const WAITING_NODE = '1be26c0b-03f2-4d2e-ae87-c02d7f33c101';

export const sampleStore: EmbeddedStore = {
  conductors: [
    {hostname: CONDUCTOR, hardware_types: ['ipmi']},
    {hostname: 'dead-conductor', hardware_types: ['redfish']},
    {hostname: 'offline-conductor', online: false, hardware_types: ['snmp']},
  ],
  nodes: [
    {
      uuid: WAITING_NODE,
      name: 'waiting',
      driver: 'ipmi',
      provision_state: 'wait call-back',
      ports: [MAC.waiting, MAC.waitingToo],
    },
    {
      uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c103',
      driver: 'ipmi',
      provision_state: 'active',
      ports: [MAC.active],
    },
    {
      uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c104',
      driver: 'redfish',
      provision_state: 'wait call-back',
      ports: [MAC.deadConductor],
    },
    {
      uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c105',
      driver: 'snmp',
      provision_state: 'wait call-back',
      ports: [MAC.noConductor],
    },
  ],
};

/** `[database] connection` of an embedded store with these contents. */
export async function givenStore(
  store: EmbeddedStore = sampleStore,
): Promise<string> {
  const directory = await TempDir.create();
  const file = directory.join('store.json');
  writeFileSync(file, JSON.stringify(store));
  return `memory:${file}`;
}
