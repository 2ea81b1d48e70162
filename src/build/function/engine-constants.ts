// engine-constants.ts: how far the engine's constants reach. Pages of them are read-only in a guest, and no reset copies them.
import { createHash } from "node:crypto";

const GUEST_PAGE = 4096;

/**
 * The first place that the engine may write, by the hash of the module: no part of a module tells it. LLVM's linker puts what is constant
 * first; behind it comes what C calls initialized data, which in this engine begins with the C library's `FILE` for standard output. To find
 * it: `wasm-objdump -s -j Data quickjs.wasm`; the first data that is no table and no text, and the first address above the tables that the
 * code takes.
 */
const DATA_STARTS: ReadonlyMap<string, number> = new Map([
  // quickjs-wasi 3.6.2
  ["d4c9375f2b1ca4dc95f72c8aa2982a7a9951ac8011490d79c6582df732b4bbd9", 1_165_472],
]);

/**
 * Where the last page ends that holds constants only.
 *
 * @returns 0 for an engine that nobody looked at: then all of its data can be written, and a reset takes some microseconds more
 */
export function engineConstantsEnd(engine: Uint8Array): number {
  const start = DATA_STARTS.get(createHash("sha256").update(engine).digest("hex")) ?? 0;
  return start - (start % GUEST_PAGE);
}
