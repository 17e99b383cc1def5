import type {ConnectionOptions} from 'rabbitmq-client';
import {BootConfigOptions, BrokerAddress, TransportAddress} from '../config';
import {rabbitTls} from './rabbit-tls';

const CONNECT_TIMEOUT_MS = 5000;

/**
 * How to connect to a broker. The files of TLS are read anew each time, as
 * certificates are renewed.
 *
 * @throws ConfigurationError for files of TLS that can't be used
 */
export async function connectionOptions(
  options: BootConfigOptions,
  address: TransportAddress,
  broker: BrokerAddress,
): Promise<ConnectionOptions> {
  const {heartbeat_timeout_threshold: threshold} =
    options.oslo_messaging_rabbit;
  return {
    hostname: broker.host,
    port: broker.port,
    username: broker.username,
    password: broker.password,
    vhost: address.virtualHost,
    // Otherwise a call waits for the acknowledgement of the one before.
    noDelay: true,
    // A connection is given up when nothing came for twice as long.
    heartbeat: Math.ceil(threshold / 2),
    acquireTimeout: CONNECT_TIMEOUT_MS,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    connectionName: `ironic-boot-config:${process.pid}`,
    tls: await rabbitTls(options),
  };
}
