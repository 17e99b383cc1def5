import {Host} from './host';
import {RawRequest, RawResponse, send} from './raw-request';
import {MAC} from './sample-store';

/** A request for a script, by default a good one. */
export interface BootRequest extends Partial<RawRequest> {
  mac?: string;
  name?: string;
}

/** Asks a host for a script. */
export async function askFor(
  {port, prefix = ''}: Host,
  {
    mac = MAC.waiting,
    name = 'boot.ipxe',
    target = `/v1/boot/${mac}/${name}`,
    ...rest
  }: BootRequest = {},
): Promise<RawResponse> {
  return send(port, {...rest, target: prefix + target});
}
