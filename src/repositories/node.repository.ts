import {Node, Port} from '../models';

/** Reads nodes and ports of Ironic's database. Never writes. */
export interface NodeRepository {
  /**
   * The node that has a port with this MAC address.
   *
   * @param address - lower case with colons
   * @param signal - ends the query when it fires
   * @throws BootConfigError `database_unavailable`
   */
  findByMac(address: string, signal: AbortSignal): Promise<Node | undefined>;

  /**
   * The node with this UUID or integer id.
   *
   * @throws BootConfigError `database_unavailable`
   */
  findByIdent(
    ident: string | number,
    signal: AbortSignal,
  ): Promise<Node | undefined>;

  /**
   * The ports of a node.
   *
   * @throws BootConfigError `database_unavailable`
   */
  findPorts(node: Node, signal: AbortSignal): Promise<Port[]>;
}
