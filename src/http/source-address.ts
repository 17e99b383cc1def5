import {IncomingMessage} from 'node:http';
import {Networks, plainAddress} from '../config/cidr';

/**
 * Address of the client: the peer's, or, where the peer is a trusted proxy, the
 * last one in `X-Forwarded-For` that is no trusted proxy itself. What stands
 * before that one anybody can have written.
 *
 * @param trustedProxies - `[boot_config] trusted_proxies`
 */
export function sourceAddressOf(
  {socket, headers}: IncomingMessage,
  trustedProxies: Networks | undefined,
): string {
  const peer = plainAddress(socket.remoteAddress ?? '');
  if (!trustedProxies?.has(peer)) return peer;
  const forwarded = String(headers['x-forwarded-for'] ?? '')
    .split(',')
    .map(address => plainAddress(address.trim()))
    .filter(address => address !== '');
  return (
    forwarded.findLast(address => !trustedProxies.has(address)) ??
    forwarded[0] ??
    peer
  );
}
