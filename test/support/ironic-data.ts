import {createHash} from 'node:crypto';
import {MariaDb} from './mariadb';

export interface ConductorSpec {
  hostname: string;
  /** Default: '', the group of nodes without a group. */
  conductorGroup?: string;
  /** Default: true. */
  online?: boolean;
  /** The last heartbeat; default: now. */
  updatedAt?: Date;
  /** Default: `fake-hardware`. */
  hardwareTypes?: string[];
}

export interface NodeSpec {
  /** Default: a UUID that follows from name and MACs. */
  uuid?: string;
  name?: string;
  /** The hardware type; default: `fake-hardware`. */
  driver?: string;
  /** Default: ''. */
  conductorGroup?: string;
  /** Default: `wait call-back`. */
  provisionState?: string;
  /** The id of a conductor; default: none. */
  conductorAffinity?: number;
  /** Default: `ipxe`. */
  bootInterface?: string;
  /** One port each, written as given; Ironic has lower case and colons. */
  macs: string[];
}

export interface InsertedNode {
  id: number;
  uuid: string;
}

/**
 * What one hardware type gives a conductor: interface type, name, default.
 * Several rows for one type, as with Ironic.
 */
const INTERFACES: [string, string, boolean][] = [
  ['bios', 'no-bios', true],
  ['boot', 'ipxe', true],
  ['boot', 'pxe', false],
  ['console', 'no-console', true],
  ['deploy', 'direct', true],
  ['deploy', 'ramdisk', false],
  ['inspect', 'no-inspect', true],
  ['management', 'fake', true],
  ['network', 'noop', true],
  ['power', 'fake', true],
  ['raid', 'no-raid', true],
  ['rescue', 'no-rescue', true],
  ['storage', 'noop', true],
  ['vendor', 'no-vendor', true],
];

// Keeps a statement well below the server's 16 MB for one packet.
const NODES_PER_STATEMENT = 2000;

/** The same UUID (version 4 in form) for the same seed, on every machine. */
export function uuidOf(seed: string): string {
  const bytes = createHash('sha256').update(seed).digest().subarray(0, 16);
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return bytes
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A row of `conductors` with its hardware interfaces. @returns its id */
export async function insertConductor(
  db: MariaDb,
  {
    hostname,
    conductorGroup = '',
    online = true,
    updatedAt = new Date(),
    hardwareTypes = ['fake-hardware'],
  }: ConductorSpec,
): Promise<number> {
  const {insertId} = await db.run('INSERT INTO conductors SET ?', [
    {
      created_at: updatedAt,
      updated_at: updatedAt,
      hostname,
      drivers: JSON.stringify(hardwareTypes),
      online,
      conductor_group: conductorGroup,
    },
  ]);
  const rows = hardwareTypes.flatMap(hardwareType =>
    INTERFACES.map(one => [updatedAt, insertId, hardwareType, ...one]),
  );
  if (rows.length > 0) {
    await db.run(
      'INSERT INTO conductor_hardware_interfaces (created_at, conductor_id,' +
        ' hardware_type, interface_type, interface_name, `default`) VALUES ?',
      [rows],
    );
  }
  return insertId;
}

/** A row of `nodes` with its ports. */
export async function insertNode(
  db: MariaDb,
  node: NodeSpec,
): Promise<InsertedNode> {
  const [inserted] = await insertNodes(db, [node]);
  return inserted;
}

/** Many nodes with their ports, thousands a second, in the order given. */
export async function insertNodes(
  db: MariaDb,
  nodes: NodeSpec[],
): Promise<InsertedNode[]> {
  const inserted: InsertedNode[] = [];
  for (let start = 0; start < nodes.length; start += NODES_PER_STATEMENT) {
    const some = nodes.slice(start, start + NODES_PER_STATEMENT);
    inserted.push(...(await insertSome(db, some)));
  }
  return inserted;
}

async function insertSome(
  db: MariaDb,
  nodes: NodeSpec[],
): Promise<InsertedNode[]> {
  const now = new Date();
  const uuids = nodes.map(
    ({uuid, name = '', macs}) => uuid ?? uuidOf(`node ${name} ${macs.join()}`),
  );
  await db.run(
    'INSERT INTO nodes (created_at, uuid, name, driver, conductor_group,' +
      ' provision_state, conductor_affinity, boot_interface) VALUES ?',
    [
      nodes.map((node, i) => [
        now,
        uuids[i],
        node.name ?? null,
        node.driver ?? 'fake-hardware',
        node.conductorGroup ?? '',
        node.provisionState ?? 'wait call-back',
        node.conductorAffinity ?? null,
        node.bootInterface ?? 'ipxe',
      ]),
    ],
  );
  const rows = await db.query<InsertedNode>(
    'SELECT id, uuid FROM nodes WHERE uuid IN (?)',
    [uuids],
  );
  const ids = new Map(rows.map(({id, uuid}) => [uuid, id]));
  const inserted = uuids.map(uuid => ({id: ids.get(uuid)!, uuid}));
  const ports = nodes.flatMap(({macs}, i) =>
    macs.map(mac => [now, uuidOf(`port ${mac}`), mac, inserted[i].id, true]),
  );
  if (ports.length > 0) {
    await db.run(
      'INSERT INTO ports (created_at, uuid, address, node_id, pxe_enabled)' +
        ' VALUES ?',
      [ports],
    );
  }
  return inserted;
}
