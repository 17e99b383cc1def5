import {inject} from '@loopback/core';
import {repository} from '@loopback/repository';
import {
  get,
  HttpErrors,
  param,
  RequestContext,
  RestBindings,
} from '@loopback/rest';
import {Node} from 'loopback4-ironic-boot-config';
import {linksTo} from '../links';
import {NodeRepository} from '../repositories';

/** Shows nodes. */
export class NodesController {
  constructor(
    @repository(NodeRepository) private readonly nodes: NodeRepository,
    @inject(RestBindings.Http.CONTEXT)
    private readonly request: RequestContext,
  ) {}

  @get('/v1/nodes')
  async list(): Promise<object> {
    const nodes = await this.nodes.find({order: ['id']});
    return {nodes: nodes.map(node => this.show(node))};
  }

  @get('/v1/nodes/{ident}')
  async find(
    @param.path.string('ident', {description: 'UUID or name of the node.'})
    ident: string,
  ): Promise<object> {
    const where = {or: [{uuid: ident}, {name: ident}]};
    const node = await this.nodes.findOne({where});
    if (node) return this.show(node);
    throw new HttpErrors.NotFound(`Node ${ident} could not be found.`);
  }

  private show(node: Node): object {
    return {
      uuid: node.uuid,
      name: node.name ?? null,
      driver: node.driver ?? null,
      provision_state: node.provisionState ?? null,
      conductor_group: node.conductorGroup,
      boot_interface: node.bootInterface ?? null,
      links: linksTo(this.request.requestedBaseUrl, `nodes/${node.uuid}`),
    };
  }
}
