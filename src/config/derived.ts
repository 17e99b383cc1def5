/**
 * What is made from some options: made when first asked for, and again when one
 * of them has another value.
 */
export function derived<I extends readonly unknown[], T>(
  inputs: () => readonly [...I],
  make: (...inputs: I) => T,
): () => T {
  let last: {inputs: readonly [...I]; value: T} | undefined;
  return () => {
    const now = inputs();
    if (!last || now.some((input, index) => input !== last!.inputs[index])) {
      last = {inputs: now, value: make(...now)};
    }
    return last.value;
  };
}
