/** What somebody may have meant. */

/** With more of its letters edited it is another word. */
const MOST_EDITED = 0.4;

/** The candidate with the fewest edits (a letter more, less or another, or two swapped); undefined when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(word.length * MOST_EDITED));
  const [best] = candidates
    .map(candidate => ({ candidate, edits: edits(word, candidate) }))
    .filter(({ edits: count }) => count <= most)
    .sort((a, b) => a.edits - b.edits);
  return best?.candidate;
}

/** https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance, optimal string alignment. */
function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const changed = at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]);
      const swapped =
        i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : changed;
      row.push(Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, changed, swapped));
    }
  }
  return at(a.length, b.length);
}
