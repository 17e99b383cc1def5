/** Rows of Ironic's tables, as they are in the middle of a day's work. */

export const CONDUCTOR = 'sample-conductor';

export const nodes = [
  {
    id: 1,
    uuid: '0f5c9c6e-52a5-4d4b-9e0a-3d1c5e5d0001',
    name: 'rack1-u01',
    driver: 'ipmi',
    provisionState: 'wait call-back',
    bootInterface: 'ipxe',
  },
  {
    id: 2,
    uuid: '0f5c9c6e-52a5-4d4b-9e0a-3d1c5e5d0002',
    name: 'rack1-u02',
    driver: 'ipmi',
    provisionState: 'active',
    bootInterface: 'ipxe',
  },
  {
    id: 3,
    uuid: '0f5c9c6e-52a5-4d4b-9e0a-3d1c5e5d0003',
    driver: 'redfish',
    provisionState: 'clean wait',
    bootInterface: 'ipxe',
  },
  {
    id: 4,
    uuid: '0f5c9c6e-52a5-4d4b-9e0a-3d1c5e5d0004',
    name: 'just-arrived',
    driver: 'redfish',
    provisionState: 'enroll',
  },
];

export const ports = [
  {id: 1, address: '52:54:00:00:01:0a', nodeId: 1},
  {id: 2, address: '52:54:00:00:01:0b', nodeId: 1},
  {id: 3, address: '52:54:00:00:02:0a', nodeId: 2},
  {id: 4, address: '52:54:00:00:03:0a', nodeId: 3},
  {id: 5, address: '52:54:00:00:04:0a', nodeId: 4},
].map(port => ({
  ...port,
  uuid: `7b1f6a52-3a0e-4b7e-8d0a-6a2f1c9e000${port.id}`,
}));

export const conductors = [{id: 1, hostname: CONDUCTOR, online: true}];

export const conductorHardwareInterfaces = [
  {id: 1, conductorId: 1, hardwareType: 'ipmi'},
  {id: 2, conductorId: 1, hardwareType: 'redfish'},
];

/** What Ironic wrote for a node when it began to deploy or to clean it. */
export function scriptFor(uuid: string): string {
  return [
    '#!ipxe',
    `kernel http://192.0.2.10:8080/${uuid}/deploy_kernel initrd=deploy_ramdisk ipa-api-url=http://192.0.2.10:6385`,
    `initrd http://192.0.2.10:8080/${uuid}/deploy_ramdisk`,
    'boot',
    '',
  ].join('\n');
}
