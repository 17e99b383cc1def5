import {Node, Port} from '../../models';
import {InterfaceCount, NodeRepository} from '../node.repository';
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
const BY_MAC = `SELECT ${NODE_COLUMNS} FROM (SELECT 1) AS one LEFT JOIN ports p ON p.address = ? LEFT JOIN nodes n ON n.id = COALESCE(p.node_id, -1)`;
const BY_UUID = `SELECT ${NODE_COLUMNS} FROM nodes n WHERE n.uuid = ?`;
const BY_ID = `SELECT ${NODE_COLUMNS} FROM nodes n WHERE n.id = ?`;
const INTERFACES =
  'SELECT deploy_interface AS deployInterface, storage_interface AS storageInterface, COUNT(*) AS nodes FROM nodes GROUP BY deploy_interface, storage_interface';
const PORTS =
  'SELECT id, address, node_id AS nodeId FROM ports WHERE node_id = ? ORDER BY id';

/** Nodes in Ironic's own tables, one prepared statement a call. */
export class MysqlNodeRepository implements NodeRepository {
  constructor(private readonly client: MysqlClient) {}

  async findByMac(
    address: string,
    signal: AbortSignal,
  ): Promise<Node | undefined> {
    return this.findOne(BY_MAC, address, signal);
  }

  async findByIdent(
    ident: string | number,
    signal: AbortSignal,
  ): Promise<Node | undefined> {
    return this.findOne(
      typeof ident === 'number' ? BY_ID : BY_UUID,
      ident,
      signal,
    );
  }

  async countInterfaces(signal: AbortSignal): Promise<InterfaceCount[]> {
    return this.client.select<InterfaceCount>(INTERFACES, [], signal);
  }

  async findPorts(node: Node, signal: AbortSignal): Promise<Port[]> {
    const rows = await this.client.select<Port>(PORTS, [node.id], signal);
    return rows.map(row => new Port(row));
  }

  private async findOne(
    sql: string,
    value: string | number,
    signal: AbortSignal,
  ): Promise<Node | undefined> {
    const [row] = await this.client.select<Node | {id: null}>(
      sql,
      [value],
      signal,
    );
    return row && row.id !== null ? new Node(row) : undefined;
  }
}
