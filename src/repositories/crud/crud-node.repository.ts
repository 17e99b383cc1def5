import {DefaultCrudRepository, juggler} from '@loopback/repository';
import {Node, Port} from '../../models';
import {NodeRepository} from '../node.repository';
import {bounded} from './bounded';

/**
 * Nodes in a host's data source whose connector is not MySQL's, through
 * LoopBack's own repositories.
 */
export class CrudNodeRepository implements NodeRepository {
  private readonly nodes: DefaultCrudRepository<Node, number>;
  private readonly ports: DefaultCrudRepository<Port, number>;

  constructor(dataSource: juggler.DataSource) {
    this.nodes = new DefaultCrudRepository(Node, dataSource);
    this.ports = new DefaultCrudRepository(Port, dataSource);
  }

  async findByMac(
    address: string,
    signal: AbortSignal,
  ): Promise<Node | undefined> {
    const port = await bounded(this.ports.findOne({where: {address}}), signal);
    // Without a node `nodeId` is null, which would find a node without UUID.
    return port?.nodeId ? this.findByIdent(port.nodeId, signal) : undefined;
  }

  async findByIdent(
    ident: string | number,
    signal: AbortSignal,
  ): Promise<Node | undefined> {
    const where = typeof ident === 'number' ? {id: ident} : {uuid: ident};
    return (await bounded(this.nodes.findOne({where}), signal)) ?? undefined;
  }

  async findPorts(node: Node, signal: AbortSignal): Promise<Port[]> {
    return bounded(
      this.ports.find({where: {nodeId: node.id}, order: ['id']}),
      signal,
    );
  }
}
