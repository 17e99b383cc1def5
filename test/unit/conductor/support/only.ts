/** The one item of a list; fails if there are more or none. */
export function only<T>(items: readonly T[]): T {
  if (items.length !== 1) {
    throw new Error(`one item expected: ${JSON.stringify(items)}`);
  }
  return items[0];
}
