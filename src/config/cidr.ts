import {BlockList, isIP} from 'node:net';

/** A network, as `10.0.0.0/8`, `2001:db8::/32`, or a single address. */
export interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** `undefined` when `text` is no network. */
export function parseNetwork(text: string): Network | undefined {
  const [address, suffix, more] = text.split('/');
  const version = isIP(address);
  if (!version || more !== undefined) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (suffix !== undefined && !/^\d{1,3}$/.test(suffix)) return undefined;
  const prefix = suffix === undefined ? bits : Number(suffix);
  if (prefix > bits) return undefined;
  return {address, prefix, family: version === 4 ? 'ipv4' : 'ipv6'};
}

/** Addresses of several networks. */
export class Networks {
  private readonly list = new BlockList();

  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const {address, prefix, family} = parseNetwork(text)!;
      this.list.addSubnet(address, prefix, family);
    }
  }

  /**
   * @param address - IPv4, IPv6, or IPv4 as a dual-stack listener sees it
   *   (`::ffff:192.0.2.1`); anything else is in no network
   */
  has(address: string): boolean {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return (
      version !== 0 && this.list.check(plain, version === 4 ? 'ipv4' : 'ipv6')
    );
  }
}

/** An address without the form that IPv4 has on a dual-stack listener. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
