import {Node, Port} from '../models';

/** Number of nodes that have these interfaces. */
export interface InterfaceCount {
  deployInterface: string | null;
  storageInterface: string | null;
  nodes: number;
}

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
   * Which deploy and storage interfaces the nodes have, and how many nodes. For
   * warnings at start; a repository may do without.
   *
   * @throws BootConfigError `database_unavailable`
   */
  countInterfaces?(signal: AbortSignal): Promise<InterfaceCount[]>;

  /**
   * The ports of a node.
   *
   * @throws BootConfigError `database_unavailable`
   */
  findPorts(node: Node, signal: AbortSignal): Promise<Port[]>;
}
