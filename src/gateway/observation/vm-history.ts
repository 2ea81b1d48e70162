// vm-history.ts: the last changes of one function's VMs, in a ring: as many as are worth showing, and no more memory.
import type { VmChange } from "../../function/observer.js";

export interface DatedVmChange extends VmChange {
  /** Counts a function's changes, from 1: whoever saw some knows which are new. */
  readonly change: number;
  /** When, ms since the epoch. */
  readonly at: number;
}

export const MOST_CHANGES = 200;

export class VmHistory {
  /** Grows to its bound with use: most functions of many are never called. */
  readonly #changes: VmChange[] = [];
  readonly #times: number[] = [];
  #count = 0;

  /** @param at when it happened, on the clock of performance.now() */
  add(change: VmChange, at: number): void {
    const place = this.#count++ % MOST_CHANGES;
    this.#changes[place] = change;
    this.#times[place] = at;
  }

  get count(): number {
    return this.#count;
  }

  /** Oldest first, at most so many. */
  last(most = MOST_CHANGES): DatedVmChange[] {
    const first = Math.max(0, this.#count - Math.min(most, MOST_CHANGES));
    return Array.from({ length: this.#count - first }, (_, i) => {
      const place = (first + i) % MOST_CHANGES;
      const at = Math.round(performance.timeOrigin + this.#times[place]!);
      return { ...this.#changes[place]!, change: first + i + 1, at };
    });
  }
}
