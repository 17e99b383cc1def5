/**
 * What a misspelt word was meant to be: the candidate that one or two slips of
 * the keyboard away, or `undefined`.
 */
export function meant(
  word: string,
  candidates: readonly string[],
): string | undefined {
  const near = candidates
    .map(candidate => ({candidate, slips: slipsBetween(word, candidate)}))
    .filter(({candidate, slips}) => slips <= slipsAllowed(candidate))
    .sort((a, b) => a.slips - b.slips);
  return near[0]?.candidate;
}

/** In a short word two slips make another one of it. */
function slipsAllowed({length}: string): number {
  return length < 8 ? 1 : 2;
}

/**
 * Letters left out, put in, replaced, or swapped with their neighbours: the
 * distance of Damerau and Levenshtein (optimal string alignment).
 */
function slipsBetween(a: string, b: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      if (i === 0) rows[0].push(j);
      else {
        const differ = a[i - 1] === b[j - 1] ? 0 : 1;
        const swapped = i > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
        rows[i].push(
          Math.min(
            rows[i - 1][j] + 1,
            rows[i][j - 1] + 1,
            rows[i - 1][j - 1] + differ,
            swapped ? rows[i - 2][j - 2] + 1 : Infinity,
          ),
        );
      }
    }
  }
  return rows[a.length][b.length];
}
