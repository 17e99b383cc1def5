import {Node, Port} from '../../models';
import {NodeRepository} from '../node.repository';
import {EmbeddedNode, EmbeddedStore} from './embedded-store';

/** Nodes of an embedded store, found by an index. */
export class EmbeddedNodeRepository implements NodeRepository {
  private readonly byMac = new Map<string, Node>();
  private readonly byIdent = new Map<string | number, Node>();
  private readonly ports = new Map<number, Port[]>();

  constructor({nodes, conductors}: EmbeddedStore) {
    const conductorIds = new Map(conductors.map((c, i) => [c.hostname, i + 1]));
    nodes.forEach((entry, index) =>
      this.add(nodeOf(entry, index + 1, conductorIds), entry.ports),
    );
  }

  async findByMac(address: string): Promise<Node | undefined> {
    return this.byMac.get(address);
  }

  async findByIdent(ident: string | number): Promise<Node | undefined> {
    return this.byIdent.get(ident);
  }

  async findPorts(node: Node): Promise<Port[]> {
    return this.ports.get(node.id) ?? [];
  }

  private add(node: Node, addresses: string[]): void {
    this.byIdent.set(node.uuid, node).set(node.id, node);
    const ports = addresses.map(
      (address, index) =>
        new Port({
          id: this.byMac.size + index + 1,
          address,
          nodeId: node.id,
        }),
    );
    this.ports.set(node.id, ports);
    for (const {address} of ports) this.byMac.set(address, node);
  }
}

function nodeOf(
  entry: EmbeddedNode,
  id: number,
  conductorIds: Map<string, number>,
): Node {
  return new Node({
    id,
    uuid: entry.uuid,
    name: entry.name ?? null,
    driver: entry.driver,
    conductorGroup: entry.conductor_group ?? '',
    provisionState: entry.provision_state ?? null,
    conductorAffinity: conductorIds.get(entry.conductor_affinity ?? '') ?? null,
    bootInterface: entry.boot_interface ?? 'ipxe',
  });
}
