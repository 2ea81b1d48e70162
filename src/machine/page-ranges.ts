// page-ranges.ts: runs of whole pages, and what one list of them has without another, or in common with it. Pure.

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

/** What both lists cover, in ascending order. */
export function intersectRanges(ranges: readonly PageRange[], others: readonly PageRange[]): PageRange[] {
  const common: PageRange[] = [];
  let next = 0;
  for (const { start, end } of ranges) {
    while (next < others.length && others[next]!.end <= start) next++;
    for (let i = next; i < others.length && others[i]!.start < end; i++)
      common.push({ start: Math.max(start, others[i]!.start), end: Math.min(end, others[i]!.end) });
  }
  return common;
}
