import {isIP} from 'node:net';
import {BootConfigOptions} from '../config';
import {HostAddress, parseHostAddress} from '../rpc';

/**
 * Where a conductor listens for RPC: on the port at which it is called, which
 * may be a part of its name.
 *
 * Without `[json_rpc] host_ip`, a conductor whose name is an IP address listens
 * on that alone, since that is where it is called; so several of them can share
 * a machine and a port. Any other listens on all addresses.
 */
export function rpcListenAddress(options: BootConfigOptions): HostAddress {
  const {json_rpc: jsonRpc, boot_config: own} = options;
  const called = parseHostAddress(options.DEFAULT.host, jsonRpc.port);
  return {
    host: jsonRpc.host_ip ?? (isIP(called.host) ? called.host : '::'),
    port: own.conductor_port ?? called.port,
  };
}

/**
 * The Unix socket on which a conductor listens instead. An agent listens on its
 * own port, since `[json_rpc] unix_socket` is that of the ironic-conductor.
 */
export function rpcListenSocket({
  json_rpc: jsonRpc,
  boot_config: own,
}: BootConfigOptions): string | undefined {
  return own.conductor_port ? undefined : jsonRpc.unix_socket;
}
