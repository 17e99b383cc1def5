import {Networks} from '../config/cidr';
import {isIPv6} from 'node:net';

/** Where to reach a conductor. */
export interface HostAddress {
  /** Name or IP address, IPv6 without brackets. */
  host: string;
  port: number;
}

/**
 * The address in a conductor's host name: `name`, `name:port`, an IPv6 address,
 * or one in brackets with a port.
 *
 * @param defaultPort - when the name carries none
 */
export function parseHostAddress(
  hostname: string,
  defaultPort: number,
): HostAddress {
  if (isIPv6(hostname)) return {host: hostname, port: defaultPort};
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(hostname);
  if (!match) return {host: hostname, port: defaultPort};
  return {
    host: match[1] ?? match[2],
    port: match[3] ? Number(match[3]) : defaultPort,
  };
}

/** `host:port` as it stands in a URL. */
export function formatHostAddress({host, port}: HostAddress): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

const LOOPBACK = new Networks(['127.0.0.0/8', '::1']);

/** Whether only this machine can reach what listens there. */
export function isLoopback({host}: HostAddress): boolean {
  return host === 'localhost' || LOOPBACK.has(host);
}
