/** Stands for the host in the conductor's name. */
const CONDUCTOR = '%(conductor)s';

/** Where the HTTP servers of conductors are. */
export interface RedirectUrl {
  /** Name of the conductor; absent: that of all which are not named. */
  conductor?: string;
  /** URL of the HTTP root, in which `%(conductor)s` is the conductor's host. */
  template: string;
}

/**
 * An item of `[boot_config] redirect_url`: `URL`, or `CONDUCTOR=URL`.
 *
 * @returns `undefined` when it is neither
 */
export function parseRedirectUrl(item: string): RedirectUrl | undefined {
  const [, conductor, template] =
    /^(?:(?!https?:)([^=\s]+)=)?(https?:.*)$/i.exec(item) ?? [];
  if (!template || !httpRootUrl(template, 'conductor')) return undefined;
  return {conductor, template};
}

/**
 * URL of a conductor's HTTP root, with a slash at its end.
 *
 * @param host - as it stands in a URL
 * @returns `undefined` where that makes none: a host may be called anything
 */
export function httpRootUrl(
  template: string,
  host: string,
): string | undefined {
  const url = template.replaceAll(CONDUCTOR, host);
  // White space or a quote would end the word in an iPXE script; a percent sign
  // is another reference; and users' names are not for everybody to see.
  if (!/^https?:\/\/[^\s"'?#%@]+$/i.test(url) || !URL.canParse(url)) {
    return undefined;
  }
  return url.replace(/\/*$/, '/');
}
