// seldom.ts: tells of what goes on for a while once, not each time. No I/O.
import { performance } from "node:perf_hooks";

/** So long must something not have happened for it to be news again, ms. */
const QUIET_MS = 10_000;

export class Seldom {
  readonly #last = new Map<string, number>();

  /** Whether to tell of it. */
  isNews(what: string, now = performance.now()): boolean {
    const last = this.#last.get(what);
    this.#last.set(what, now);
    return last === undefined || now - last >= QUIET_MS;
  }
}
