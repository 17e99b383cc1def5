import {isIPv6} from 'node:net';
import {BootConfigOptions} from '../config';
import {httpRootUrl, parseRedirectUrl} from '../config/redirect-url';
import {parseHostAddress} from '../rpc';
import type {BootConfig} from '../services/boot-config.service';

// The names of boot configurations, and what Ironic calls the files that hold
// them in a node's directory below the HTTP root.
const FILES = new Map([['boot.ipxe', 'config']]);

/** Where scripts are on the HTTP servers of the conductors that have them. */
export class ScriptLocations {
  private readonly templates: Map<string | undefined, string>;

  /** @param redirectUrls - `[boot_config] redirect_url` */
  constructor(redirectUrls: BootConfigOptions['boot_config']['redirect_url']) {
    this.templates = new Map(
      redirectUrls?.map(item => {
        const {conductor, template} = parseRedirectUrl(item)!;
        return [conductor, template];
      }),
    );
  }

  /** @returns `undefined` where it is not known */
  of(
    {conductor, node}: Pick<BootConfig, 'conductor' | 'node'>,
    name: string,
  ): string | undefined {
    const file = FILES.get(name);
    const template =
      this.templates.get(conductor) ?? this.templates.get(undefined);
    if (!file || !template) return undefined;
    const {host} = parseHostAddress(conductor, 0);
    const root = httpRootUrl(template, isIPv6(host) ? `[${host}]` : host);
    return root && `${root}${encodeURIComponent(node.uuid)}/${file}`;
  }
}
