// latency.ts: counts durations in buckets fit for 50 µs to 10 s. Counting allocates nothing.

/** Upper bounds of the buckets, ms, each included; one more bucket holds what takes longer. */
export const LATENCY_BOUNDS_MS: readonly number[] = [
  0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000,
];

export class Latency {
  /** By bucket, not cumulative. */
  readonly counts = new Float64Array(LATENCY_BOUNDS_MS.length + 1);
  sumMs = 0;

  add(ms: number): void {
    let bucket = 0;
    // Most calls take less than a millisecond: the search from below is the short one.
    while (bucket < LATENCY_BOUNDS_MS.length && ms > LATENCY_BOUNDS_MS[bucket]!) bucket++;
    this.counts[bucket]!++;
    this.sumMs += ms;
  }

  get count(): number {
    return this.counts.reduce((sum, count) => sum + count, 0);
  }
}
