const REFERENCE =
  /\\\$|\$\$|\$(?:([a-z_][a-z0-9_.]*)|\{([a-z_][a-z0-9_.]*)\})/gi;

/**
 * The value of another option, for a `$name` or `$group.name`; `undefined`
 * when there is none.
 */
export type Lookup = (
  section: string | undefined,
  name: string,
) => string | undefined;

/**
 * Puts the values of other options into a value, as oslo.config does: `$name`
 * or `$group.name`, with or without braces around it; `$$` and `\$` stand for a
 * dollar. A dot after a bare name belongs to the reference.
 *
 * @throws Error for an option that has no value
 */
export function substitute(value: string, lookup: Lookup): string {
  return value.replace(
    REFERENCE,
    (reference, bare?: string, braced?: string) => {
      const path = bare ?? braced;
      if (!path) return '$';
      const dot = path.indexOf('.');
      const found =
        dot < 0
          ? lookup(undefined, path)
          : lookup(path.slice(0, dot), path.slice(dot + 1));
      if (found !== undefined) return found;
      throw new Error(`${reference} refers to an option that is not set`);
    },
  );
}
