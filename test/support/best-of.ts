// best-of.ts: how well something can go on a host that may be busy with other work.

/** The lowest of a few measurements. No more are made once one is low enough. */
export async function bestOf(enough: number, measure: () => Promise<number>, attempts = 5): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < attempts && best > enough; attempt++)
    best = Math.min(best, await measure());
  return best;
}
