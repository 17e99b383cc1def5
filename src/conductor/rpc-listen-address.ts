import {isIP} from 'node:net';
import {BootConfigOptions} from '../config';
import {HostAddress, parseHostAddress} from '../rpc';

/**
 * Where a conductor listens for RPC.
 *
 * Without `[json_rpc] host_ip`, a conductor whose name is an IP address listens
 * on that alone, since that is where it is called; so several of them can share
 * a machine and a port. Any other listens on all addresses.
 */
export function rpcListenAddress(options: BootConfigOptions): HostAddress {
  const {json_rpc: jsonRpc, boot_config: own} = options;
  const {host: name} = parseHostAddress(options.DEFAULT.host, jsonRpc.port);
  return {
    host: jsonRpc.host_ip ?? (isIP(name) ? name : '::'),
    port: own.conductor_port ?? jsonRpc.port,
  };
}
