// page-ranges.ts: runs of whole pages, and what is left of one list of them without another. Pure.

/** A run of whole pages: offsets in guest memory. Lists of them are ascending and disjoint. */
export interface PageRange {
  readonly start: number;
  /** First byte behind it. */
  readonly end: number;
}

/** The parts of `ranges` that no range of `taken` covers, in ascending order. */
export function subtractRanges(ranges: readonly PageRange[], taken: readonly PageRange[]): PageRange[] {
  const rest: PageRange[] = [];
  let next = 0;
  for (const { start, end } of ranges) {
    let at = start;
    while (next < taken.length && taken[next]!.end <= at) next++;
    for (let i = next; i < taken.length && taken[i]!.start < end; i++) {
      const cover = taken[i]!;
      if (cover.start > at) rest.push({ start: at, end: cover.start });
      at = Math.max(at, cover.end);
    }
    if (at < end) rest.push({ start: at, end });
  }
  return rest;
}
