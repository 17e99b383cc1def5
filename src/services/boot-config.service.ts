import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootTrace} from '../boot-trace';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {Node} from '../models';
import {NodeRepository} from '../repositories';
import {checkConfigName} from './config-name';
import {Deadline} from './deadline';
import {checkScript} from './ipxe-script';
import {normalizeMac} from './mac-address';
import {checkProvisionState} from './provision-state';
import {ConductorAnswer, RpcService} from './rpc.service';

/** What a client asks for. */
export interface BootConfigRequest {
  /** MAC address of any NIC of a node, in any common spelling. */
  mac: string;
  /** Name of the boot configuration, for instance `boot.ipxe`. */
  name: string;
  /** Whether `[boot_config] allowed_networks` holds the client. */
  sourceAllowed: boolean;
  /** Takes down what is found out on the way. */
  trace: BootTrace;
}

/** A script that may be sent, and where it came from. */
export interface BootConfig extends ConductorAnswer {
  node: Node;
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
    const {trace} = request;

    const {address, name, fault} = examine(request);

    const node = await this.findNode(address, fault, trace, deadline);
    checkProvisionState(node, api.restrict_boot_config);

    const answer = await this.rpc.getBootConfig(node, name, trace, deadline);
    checkScript(answer.script, own.max_script_size);

    return {...answer, node};
  }

  /**
   * A request at fault costs the same query, so that the time of its answer
   * does not tell it from one for a node that is unknown or not to be served.
   */
  private async findNode(
    address: string,
    fault: BootConfigError | undefined,
    trace: BootTrace,
    deadline: Deadline,
  ): Promise<Node> {
    const lookup = trace.step(
      'database',
      this.nodes.findByMac(address, deadline.signal),
    );
    if (fault) {
      await lookup.catch(() => {});
      throw fault;
    }
    trace.node = await lookup;
    if (trace.node) return trace.node;
    throw new BootConfigError(
      'node_not_found',
      `no node has a port with the address ${address}`,
    );
  }
}

/** What is looked for, and why it may not be had. */
interface Examined {
  address: string;
  name: string;
  fault?: BootConfigError;
}

// An address that no NIC has: the one of nobody (RFC 7042, section 2.1).
const NOBODY = '00:00:00:00:00:00';

function examine({mac, name, sourceAllowed}: BootConfigRequest): Examined {
  try {
    if (!sourceAllowed) {
      throw new BootConfigError(
        'source_denied',
        'the client is in none of [boot_config] allowed_networks',
      );
    }
    return {address: normalizeMac(mac), name: checkConfigName(name)};
  } catch (error) {
    return {address: NOBODY, name, fault: BootConfigError.from(error)};
  }
}
