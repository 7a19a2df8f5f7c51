// "Did you mean": the known name that a misspelled one is closest to. Pure.

/** More slips than this make another word. */
const MAX_SLIPS = 2;

/** Insertions, deletions, replacements and swaps of neighbours that lead from one text to the other. */
function slips(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(i - 2, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return at(a.length, b.length);
}

/** Undefined when no candidate is close. Capitals do not count. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  if (name.length > 63) return undefined;
  const ranked = candidates.map((candidate) => ({ candidate, distance: slips(name.toLowerCase(), candidate.toLowerCase()) }));
  return ranked.filter(({ distance }) => distance <= MAX_SLIPS).toSorted((a, b) => a.distance - b.distance)[0]?.candidate;
}
