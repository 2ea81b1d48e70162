// touched-pages.ts: which pages of one VM's memory were touched. Asked behind every request, and nearly always the answer is the last one.
import type { Mapping } from "../../linux/mapping.js";
import { threadPageFaults } from "../../linux/page-faults.js";
import type { PageMap } from "../../linux/pagemap.js";
import type { PageRange } from "../page-ranges.js";

/** What the host's trial found of the page faults that guests cause: whether they count as faults of the thread that runs them. */
export interface GuestFaults {
  areCounted: boolean;
}

export class TouchedPages {
  readonly #pageMap: PageMap;
  readonly #memory: Mapping;
  readonly #guestFaults: Readonly<GuestFaults>;
  #isTracked = false;
  #last:
    | { readonly within: readonly PageRange[]; readonly faults: number; readonly ranges: PageRange[] }
    | undefined;

  constructor(pageMap: PageMap, memory: Mapping, guestFaults: Readonly<GuestFaults>) {
    this.#pageMap = pageMap;
    this.#memory = memory;
    this.#guestFaults = guestFaults;
  }

  /** It is certain that the memory's pages come one by one from now on: the kernel makes no huge page of small ones, which would add some by itself. */
  track(): void {
    this.#isTracked = true;
  }

  /** Pages were dropped: it may be fewer now. */
  forget(): void {
    this.#last = undefined;
  }

  /**
   * Runs of touched pages, ascending; others than those asked for may be among them.
   *
   * A page that nobody has touched comes by a fault of the thread that runs the guest: whoever writes, KVM or the monitor. While there was none
   * since the last answer, that one holds: 0.3 µs in place of 4, and of 6 behind an exit. (Disks read into guest memory from other threads. A VM that
   * has one is never put back, and asks for all of its memory, at most once.)
   */
  within(within: readonly PageRange[]): readonly PageRange[] {
    if (!this.#isTracked || !this.#guestFaults.areCounted) return this.#scan(within);
    const faults = threadPageFaults();
    if (this.#last?.within === within && this.#last.faults === faults) return this.#last.ranges;
    const ranges = this.#scan(within);
    // Counted before: a fault of the scan's own only means one scan more.
    this.#last = { within, faults, ranges };
    return ranges;
  }

  #scan(within: readonly PageRange[]): PageRange[] {
    const { address, length } = this.#memory;
    const ranges: PageRange[] = [];
    // One call for all: it skips what was never touched faster than a second one begins.
    const first = within[0]?.start ?? 0;
    const end = within.at(-1)?.end ?? length;
    this.#pageMap.visitTouched(address + BigInt(first), end - first, (from, to) =>
      ranges.push({ start: first + from, end: first + to }),
    );
    return ranges;
  }
}
