import {Node, Port} from '../../models';
import {InterfaceCount, NodeRepository} from '../node.repository';
import {AskedRow, GatheredLookup} from './gathered-lookup';
import {MysqlClient} from './mysql-client';

// Newer releases of Ironic add columns, so those that are read are named.
const NODE_COLUMNS = [
  'n.id',
  'n.uuid',
  'n.name',
  'n.driver',
  'n.conductor_group AS conductorGroup',
  'n.provision_state AS provisionState',
  'n.conductor_affinity AS conductorAffinity',
  'n.boot_interface AS bootInterface',
].join(', ');

// An unknown address gets a row, too, of NULLs, after as many look-ups: how long
// it takes does not tell which addresses there are. No node has the id -1.
const byMac = (asked: string) =>
  `SELECT a.asked, ${NODE_COLUMNS} FROM ${asked} AS a LEFT JOIN ports p ON p.address = a.asked LEFT JOIN nodes n ON n.id = COALESCE(p.node_id, -1)`;
const byUuid = (asked: string) =>
  `SELECT a.asked, ${NODE_COLUMNS} FROM ${asked} AS a LEFT JOIN nodes n ON n.uuid = a.asked`;
const byId = (asked: string) =>
  `SELECT a.asked, ${NODE_COLUMNS} FROM ${asked} AS a LEFT JOIN nodes n ON n.id = a.asked`;
const INTERFACES =
  'SELECT deploy_interface AS deployInterface, storage_interface AS storageInterface, COUNT(*) AS nodes FROM nodes GROUP BY deploy_interface, storage_interface';
const PORTS =
  'SELECT id, address, node_id AS nodeId FROM ports WHERE node_id = ? ORDER BY id';

type NodeRow = (Node | {id: null}) & AskedRow;

/**
 * Nodes in Ironic's own tables, by prepared statements. Lookups of many at a
 * time share them.
 */
export class MysqlNodeRepository implements NodeRepository {
  private readonly byMac: GatheredLookup<NodeRow>;
  private readonly byUuid: GatheredLookup<NodeRow>;
  private readonly byId: GatheredLookup<NodeRow>;

  constructor(private readonly client: MysqlClient) {
    this.byMac = new GatheredLookup(client, 'text', byMac);
    this.byUuid = new GatheredLookup(client, 'text', byUuid);
    this.byId = new GatheredLookup(client, 'integer', byId);
  }

  async findByMac(
    address: string,
    signal: AbortSignal,
  ): Promise<Node | undefined> {
    return nodeOf(await this.byMac.find(address, signal));
  }

  async findByIdent(
    ident: string | number,
    signal: AbortSignal,
  ): Promise<Node | undefined> {
    const lookup = typeof ident === 'number' ? this.byId : this.byUuid;
    return nodeOf(await lookup.find(ident, signal));
  }

  async countInterfaces(signal: AbortSignal): Promise<InterfaceCount[]> {
    return this.client.select<InterfaceCount>(INTERFACES, [], signal);
  }

  async findPorts(node: Node, signal: AbortSignal): Promise<Port[]> {
    const rows = await this.client.select<Port>(PORTS, [node.id], signal);
    return rows.map(row => new Port(row));
  }
}

function nodeOf(row: NodeRow | undefined): Node | undefined {
  if (!row || row.id === null) return undefined;
  const node: Node & Partial<AskedRow> = new Node(row);
  delete node.asked;
  return node;
}
