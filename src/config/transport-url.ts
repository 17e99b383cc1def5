import {MASK, maskUrlPasswords} from './mask';

/** One broker of a cluster. */
export interface BrokerAddress {
  /** Name or IP address, IPv6 without brackets. */
  host: string;
  port: number;
  username: string;
  password: string;
}

/** What `[DEFAULT] transport_url` tells. */
export interface TransportAddress {
  /** At least one. */
  brokers: BrokerAddress[];
  virtualHost: string;
}

const URL_PARTS = /^(?:rabbit|kombu):\/\/([^/?#]*)(?:\/([^?#]*))?(?:[?#].*)?$/;
const HOST = /^(?:\[([^\]]+)\]|([^:[\]]*))(?::(\d{0,5}))?$/;

// Of RabbitMQ, as oslo.messaging has them where the URL says nothing.
const DEFAULT_HOST = 'localhost';
const DEFAULT_PORT = 5672;
const DEFAULT_USER = 'guest';
const LAST_PORT = 65535;

/**
 * Reads oslo.messaging's form of a URL,
 * `rabbit://USER:PASSWORD@HOST:5672,USER2:PASSWORD2@HOST2:5672/VHOST`. Users,
 * passwords and the virtual host may be percent-encoded; a second slash before
 * the virtual host is a part of its name.
 *
 * @returns `undefined` when it is none, or not one of RabbitMQ
 */
export function parseTransportUrl(url: string): TransportAddress | undefined {
  const match = URL_PARTS.exec(url);
  if (!match) return undefined;
  try {
    const brokers = match[1].split(',').filter(Boolean).map(brokerOf);
    return {
      brokers: brokers.length ? brokers : [brokerOf('')],
      virtualHost: decodeURIComponent(match[2] ?? '') || '/',
    };
  } catch {
    return undefined;
  }
}

/** A transport URL without its passwords. */
export function maskTransportUrl(url: string): string {
  const [, hosts] = URL_PARTS.exec(url) ?? [];
  if (hosts === undefined || !parseTransportUrl(url)) return MASK;
  const parts = hosts.split(',');
  // Where only some have credentials, the comma may be one of a password.
  return parts.every(part => part.includes('@'))
    ? url.replace(hosts, () => parts.map(maskPassword).join(','))
    : maskUrlPasswords(url);
}

function maskPassword(broker: string): string {
  return broker.replace(/:.*(?=@)/s, `:${MASK}`);
}

/** @throws Error when it is none */
function brokerOf(text: string): BrokerAddress {
  const at = text.lastIndexOf('@');
  const credentials = text.slice(0, Math.max(at, 0));
  const colon = credentials.indexOf(':');
  const user = colon < 0 ? credentials : credentials.slice(0, colon);
  const password = colon < 0 ? '' : credentials.slice(colon + 1);
  const address = HOST.exec(text.slice(at + 1));
  const port = Number(address?.[3] || DEFAULT_PORT);
  if (!address || port < 1 || port > LAST_PORT) throw new Error('no address');
  return {
    host: address[1] ?? (address[2] || DEFAULT_HOST),
    port,
    username: decodeURIComponent(user) || DEFAULT_USER,
    password: decodeURIComponent(password) || DEFAULT_USER,
  };
}
