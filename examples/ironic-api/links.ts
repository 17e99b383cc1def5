export interface Link {
  href: string;
  rel: 'self' | 'bookmark';
}

/**
 * Links to a resource, as Ironic writes them.
 *
 * @param path - below `/v1`, for instance `nodes/<uuid>`
 */
export function linksTo(root: string, path: string): Link[] {
  return [
    {href: `${root}/v1/${path}`, rel: 'self'},
    {href: `${root}/${path}`, rel: 'bookmark'},
  ];
}
