import {BindingScope, inject, injectable} from '@loopback/core';
import {BootConfigError} from '../boot-config-error';
import {BootConfigOptions} from '../config';
import {BootConfigBindings} from '../keys';
import {ConductorApi, IronicError, RpcCall} from '../rpc';
import {remoteFailure} from './remote-failure';
import {asRpcTransport, RpcTransport} from './rpc-transport';

/**
 * `rpc_transport = none`: calls the conductor of this process, whose name is
 * `[DEFAULT] host`, and no other.
 */
@injectable(asRpcTransport, {scope: BindingScope.SINGLETON})
export class LocalTransport implements RpcTransport {
  readonly name = 'none';

  constructor(
    @inject(BootConfigBindings.OPTIONS)
    private readonly options: BootConfigOptions,
    @inject(BootConfigBindings.CONDUCTOR, {optional: true})
    private readonly conductor?: ConductorApi,
  ) {}

  async call(
    hostname: string,
    call: RpcCall,
    signal: AbortSignal,
  ): Promise<unknown> {
    const {host} = this.options.DEFAULT;
    if (!this.conductor || hostname !== host) {
      throw new BootConfigError(
        'conductor_unreachable',
        `conductor ${hostname} is not in this process (${this.conductor ? `[DEFAULT] host = ${host}` : 'no ConductorComponent is mounted'}), and with rpc_transport = none there is no way to another`,
      );
    }
    const {node_id: nodeId, name} = call.args as {
      node_id: string;
      name: string;
    };
    try {
      return await this.conductor.getBootConfig(
        call.context,
        nodeId,
        name,
        signal,
      );
    } catch (error) {
      throw failureOf(hostname, error);
    }
  }
}

function failureOf(hostname: string, error: unknown): BootConfigError {
  if (error instanceof BootConfigError) return error;
  const {name, message} = error as Error;
  return error instanceof IronicError
    ? remoteFailure(hostname, {code: error.code, className: name, message})
    : new BootConfigError(
        'conductor_error',
        `conductor ${hostname} failed: ${message}`,
        {cause: error},
      );
}
