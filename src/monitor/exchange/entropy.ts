// entropy.ts: random bytes for guests, drawn from the generator in larger pieces: a draw costs microseconds, however small it is.
import { randomFillSync } from "node:crypto";

/** Serves this many requests. */
const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** Fills a range with random bytes that nobody else gets, and of which nothing is kept. */
export function fillWithEntropy(into: Uint8Array): void {
  if (into.length > POOL_BYTES) {
    randomFillSync(into);
    return;
  }
  if (used + into.length > POOL_BYTES) {
    randomFillSync(pool);
    used = 0;
  }
  const drawn = pool.subarray(used, used + into.length);
  into.set(drawn);
  drawn.fill(0);
  used += into.length;
}
