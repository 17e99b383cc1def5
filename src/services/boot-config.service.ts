import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Node} from '../models';
import {NodeRepository} from '../repositories';
import {checkConfigName} from './config-name';
import {Deadline} from './deadline';
import {checkScript} from './ipxe-script';
import {normalizeMac} from './mac-address';
import {checkProvisionState} from './provision-state';
import {RpcService} from './rpc.service';

/** What a client asks for. */
export interface BootConfigRequest {
  /** MAC address of any NIC of a node, in any common spelling. */
  mac: string;
  /** Name of the boot configuration, for instance `boot.ipxe`. */
  name: string;
  /** `req-<uuid>`, travels with the call of the conductor. */
  requestId: string;
}

/** A script that may be sent, and where it came from. */
export interface BootConfig {
  script: Buffer;
  node: Node;
  /** Name of the conductor that returned it. */
  conductor: string;
  /** Whether that is the one that the hash ring names. */
  isOwner: boolean;
}

/** From a MAC address to the script of its node. */
@injectable({scope: BindingScope.SINGLETON})
export class BootConfigService {
  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.NODE_REPOSITORY)
    private readonly nodes: NodeRepository,
    @inject(BootConfigBindings.RPC_SERVICE)
    private readonly rpc: RpcService,
  ) {}

  /**
   * @throws BootConfigError with the reason why there is no script
   */
  async getBootConfig(
    request: BootConfigRequest,
    deadline: Deadline,
  ): Promise<BootConfig> {
    const {api, boot_config: own} = this.options;

    const address = normalizeMac(request.mac);
    const name = checkConfigName(request.name);

    const node = await this.findNode(address, deadline);
    checkProvisionState(node, api.restrict_boot_config);

    const answer = await this.rpc.getBootConfig(
      node,
      name,
      request.requestId,
      deadline,
    );
    checkScript(answer.script, own.max_script_size);

    return {...answer, node};
  }

  private async findNode(address: string, deadline: Deadline): Promise<Node> {
    const node = await this.nodes.findByMac(address, deadline.signal);
    if (node) return node;
    throw new BootConfigError(
      'node_not_found',
      `no node has a port with the address ${address}`,
    );
  }
}
