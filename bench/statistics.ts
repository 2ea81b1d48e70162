// statistics.ts: percentiles and ratios of samples. Pure computation.

/**
 * The smallest sample that `percent` of all samples do not exceed (nearest rank); NaN of none.
 *
 * @param percent above 0, at most 100
 */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50);
}

/** The median of a[i] / b[i]. Each pair was measured side by side, so that a slow moment of the machine falls on both. */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  return median(a.map((value, i) => value / (b[i] ?? Number.NaN)));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
