import {Node, NodeRepository, Port} from '../../../../src';

/**
 * Nodes in memory that remember what they were asked, with as much of a
 * repository as a conductor needs.
 */
export class StubNodes implements Pick<
  NodeRepository,
  'findByIdent' | 'findPorts'
> {
  readonly idents: (string | number)[] = [];
  readonly signals: (AbortSignal | undefined)[] = [];
  portReads = 0;

  constructor(private readonly nodes: Node[]) {}

  get repository(): NodeRepository {
    return this as unknown as NodeRepository;
  }

  async findByIdent(
    ident: string | number,
    signal?: AbortSignal,
  ): Promise<Node | undefined> {
    this.idents.push(ident);
    this.signals.push(signal);
    return this.nodes.find(n => n.id === ident || n.uuid === ident);
  }

  async findPorts(node: Node, signal?: AbortSignal): Promise<Port[]> {
    this.portReads++;
    this.signals.push(signal);
    return [new Port({id: 1, address: '52:54:00:00:00:0d', nodeId: node.id})];
  }
}
