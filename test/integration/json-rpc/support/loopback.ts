import {networkInterfaces} from 'node:os';

/** Addresses of this machine that lead nowhere else, IPv6 first. */
export const LOOPBACK = Object.values(networkInterfaces())
  .flatMap(addresses => addresses ?? [])
  .filter(({internal}) => internal)
  .sort((a, b) => b.family.localeCompare(a.family))
  .map(({address}) => address);

/** An address as it stands in a URL, or before a port. */
export function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
