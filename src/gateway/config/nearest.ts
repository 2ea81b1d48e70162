// nearest.ts: which of some names a misspelt one may have meant. No I/O.

/** The name that takes the fewest letters to put in, leave out or change, if these are few: upper case or lower is no matter. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  // A longer one is no slip of a finger, and would take its time.
  if (given.length > 40) return undefined;
  const most = Math.max(1, Math.floor(given.length / 3));
  const ranked = names
    .map((name) => ({ name, letters: distance(given.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.letters - b.letters);
  const [best] = ranked;
  return best !== undefined && best.letters <= most ? best.name : undefined;
}

/** Levenshtein's, where two neighbours that changed places count as one. */
function distance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const changed = rows[i - 1]![j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const places = swapped ? rows[i - 2]![j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, changed, places));
    }
    rows.push(row);
  }
  return rows.at(-1)!.at(-1)!;
}
