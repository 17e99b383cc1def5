import {isIPv6} from 'node:net';
import {BootConfigOptions} from './options';

/**
 * The root URLs under which firmware finds the API, without trailing slash, in
 * the order in which they are tried; empty when none is known.
 */
export function apiRootUrls(options: BootConfigOptions): string[] {
  const {ipxe_config_api_root_url: configured} = options.pxe;
  const {public_endpoint: publicEndpoint, port} = options.api;
  if (configured?.length) return configured.map(withoutTrailingSlash);
  if (publicEndpoint) return [withoutTrailingSlash(publicEndpoint)];
  const {my_ip: address} = options.DEFAULT;
  if (!address || port === 0) return [];
  return [`http://${isIPv6(address) ? `[${address}]` : address}:${port}`];
}

function withoutTrailingSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
