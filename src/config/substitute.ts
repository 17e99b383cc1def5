const REFERENCE =
  /\\\$|\$\$|\$(?:([a-z_][a-z0-9_]*)|\{([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?)\})/gi;

/**
 * The value of another option, for a `$name` or `${group.name}`; `undefined`
 * when there is none.
 */
export type Lookup = (
  section: string | undefined,
  name: string,
) => string | undefined;

/**
 * Puts the values of other options into a value, as oslo.config does: `$name`,
 * `${name}`, `${group.name}`; `$$` and `\$` stand for a dollar.
 *
 * @throws Error for an option that has no value
 */
export function substitute(value: string, lookup: Lookup): string {
  return value.replace(
    REFERENCE,
    (reference, bare?: string, braced?: string) => {
      const path = bare ?? braced;
      if (!path) return '$';
      const [section, name] = path.includes('.')
        ? path.split('.')
        : [undefined, path];
      const found = lookup(section, name);
      if (found !== undefined) return found;
      throw new Error(`${reference} refers to an option that is not set`);
    },
  );
}
