/** A conductor of the sample. */
export interface SampleConductor {
  hostname: string;
  conductorGroup: string;
  online: boolean;
  /** Time of the last heartbeat; null: never. */
  updatedAt: Date | null;
  /** In alphabetical order. */
  hardwareTypes: string[];
}

/** A node of the sample. */
export interface SampleNode {
  uuid: string;
  name: string | null;
  driver: string | null;
  conductorGroup: string;
  provisionState: string | null;
  /** `hostname` of the conductor that prepared it. */
  affinity: string | null;
  bootInterface: string | null;
  macs: string[];
}

/** What every kind of store is filled with before it is asked. */
export interface Sample {
  conductors: SampleConductor[];
  nodes: SampleNode[];
}

export const HEARTBEAT = new Date('2026-07-01T12:34:56Z');

export const conductorA: SampleConductor = {
  hostname: 'conductor-a',
  conductorGroup: '',
  online: true,
  updatedAt: HEARTBEAT,
  hardwareTypes: ['ipmi', 'redfish'],
};

export const conductorB: SampleConductor = {
  hostname: 'conductor-b.example.org:8090',
  conductorGroup: 'rack-1',
  online: false,
  updatedAt: new Date('2026-01-01T00:00:00Z'),
  hardwareTypes: ['redfish'],
};

export const idleConductor: SampleConductor = {
  hostname: 'conductor-c',
  conductorGroup: '',
  online: true,
  updatedAt: HEARTBEAT,
  hardwareTypes: [],
};

/** One that has registered and never sent a heartbeat. */
export const newConductor: SampleConductor = {
  hostname: 'conductor-d',
  conductorGroup: '',
  online: true,
  updatedAt: null,
  hardwareTypes: ['redfish'],
};

export const twoPortNode: SampleNode = {
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c101',
  name: 'rack-1-node-1',
  driver: 'redfish',
  conductorGroup: 'rack-1',
  provisionState: 'wait call-back',
  affinity: conductorB.hostname,
  bootInterface: 'ipxe',
  // Not in the order of the alphabet.
  macs: ['52:54:00:00:00:02', '52:54:00:00:00:01'],
};

export const onePortNode: SampleNode = {
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c102',
  name: 'größe-узел-節点',
  driver: 'ipmi',
  conductorGroup: '',
  provisionState: 'active',
  affinity: null,
  bootInterface: 'ilo-ipxe',
  macs: ['52:54:00:00:00:03'],
};

export const portlessNode: SampleNode = {
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c103',
  name: null,
  driver: 'ipmi',
  conductorGroup: '',
  provisionState: null,
  affinity: null,
  bootInterface: 'ipxe',
  macs: [],
};

/** One of which Ironic's tables hold as little as they allow. */
export const bareNode: SampleNode = {
  uuid: '1be26c0b-03f2-4d2e-ae87-c02d7f33c104',
  name: null,
  driver: null,
  conductorGroup: '',
  provisionState: null,
  affinity: null,
  bootInterface: null,
  macs: ['52:54:00:00:00:04'],
};

export const UNKNOWN_MAC = '52:54:00:00:00:ff';
export const UNKNOWN_UUID = '00000000-0000-4000-8000-000000000000';

/** What any store can hold. */
export const commonSample: Sample = {
  conductors: [conductorA, conductorB, idleConductor],
  nodes: [twoPortNode, onePortNode, portlessNode],
};

/** What tables like Ironic's can hold besides. */
export const tableSample: Sample = {
  conductors: [...commonSample.conductors, newConductor],
  nodes: [...commonSample.nodes, bareNode],
};
