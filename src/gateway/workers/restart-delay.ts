// restart-delay.ts: how long to wait before a worker that died is started again: at once, then longer and longer. No I/O.

/** Whoever lived so long did not die of how it starts, ms. */
const STEADY_MS = 10_000;
const FIRST_MS = 250;
const LONGEST_MS = 30_000;

export class RestartDelay {
  #next = 0;

  /**
   * @param livedMs how long the worker that died had been ready; 0 when it never was
   * @returns ms
   */
  after(livedMs: number): number {
    if (livedMs >= STEADY_MS) this.#next = 0;
    const delay = this.#next;
    this.#next = Math.min(LONGEST_MS, Math.max(FIRST_MS, delay * 2));
    return delay;
  }
}
