import {inject} from '@loopback/core';
import {repository} from '@loopback/repository';
import {get, RequestContext, RestBindings} from '@loopback/rest';
import {linksTo} from '../links';
import {NodeRepository, PortRepository} from '../repositories';

/** Shows ports. */
export class PortsController {
  constructor(
    @repository(PortRepository) private readonly ports: PortRepository,
    @repository(NodeRepository) private readonly nodes: NodeRepository,
    @inject(RestBindings.Http.CONTEXT)
    private readonly request: RequestContext,
  ) {}

  @get('/v1/ports')
  async list(): Promise<object> {
    const ports = await this.ports.find({order: ['id']});
    const nodes = await this.nodes.find({fields: ['id', 'uuid']});
    const uuids = new Map(nodes.map(({id, uuid}) => [id, uuid]));
    return {
      ports: ports.map(({uuid, address, nodeId}) => ({
        uuid,
        address,
        node_uuid: uuids.get(nodeId) ?? null,
        links: linksTo(this.request.requestedBaseUrl, `ports/${uuid}`),
      })),
    };
  }
}
