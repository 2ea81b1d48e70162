// memory-pool.ts: guest memory for the next VM. A mapping that a VM gave back is emptied by the kernel and used again.
import { type Mapping, mapAnonymous } from "../../linux/mapping.js";

/**
 * Free mappings kept: as many as a function has VMs at most, unless it says otherwise. They are empty: what they take is addresses. A burst of
 * 48 VMs that finds them takes 160 ms, one that has to make new ones 370 ms.
 */
const KEPT = 64;

/**
 * Between the first and the last 2 MiB, memory comes in huge pages: a large program then misses the TLB less and faults once where
 * it would fault 512 times. A small program lives in the first 2 MiB and has its stack in the last: it must not pay for
 * the zeroing of 2 MiB at its first touch.
 */
const HUGE_PAGE = 2 << 20;

/**
 * Reusing a mapping saves mmap, munmap and, dearest, the creation of a view: V8 counts it as external memory
 * and starts a garbage collection for every few (measured: 13 µs a view of 32 MiB, and a collection every other VM).
 */
export class MemoryPool {
  #free: Mapping[] = [];
  readonly #withoutHugePages = new WeakSet<Mapping>();
  #closed = false;

  /** Zeroed memory of exactly this size. */
  take(bytes: number): Mapping {
    const at = this.#free.findIndex((mapping) => mapping.length === bytes);
    if (at >= 0) return this.#free.splice(at, 1)[0]!;
    const mapping = mapAnonymous(bytes, HUGE_PAGE);
    mapping.excludeFromDumps();
    wishForHugePages(mapping);
    return mapping;
  }

  /**
   * Until it is given back, what is touched of a memory comes in pages of 4 KiB.
   *
   * @returns whether that is certain
   */
  avoidHugePages(mapping: Mapping): boolean {
    if (this.#withoutHugePages.has(mapping)) return true;
    const isCertain = mapping.avoidHugePages();
    if (isCertain) this.#withoutHugePages.add(mapping);
    return isCertain;
  }

  /** Takes memory back. All its pages are dropped at once: nothing of a guest outlives it. */
  giveBack(mapping: Mapping): void {
    try {
      mapping.discard();
    } catch {
      // What cannot be emptied must not serve another guest.
      mapping.close();
      return;
    }
    if (this.#withoutHugePages.delete(mapping)) wishForHugePages(mapping);
    this.#free.push(mapping);
    if (this.#closed || this.#free.length > KEPT) this.#free.shift()?.close();
  }

  close(): void {
    this.#closed = true;
    for (const mapping of this.#free.splice(0)) mapping.close();
  }
}

/** Where they are not wanted this must be said: hosts whose transparent_hugepage/enabled is "always" give them to everybody. */
function wishForHugePages(mapping: Mapping): void {
  mapping.avoidHugePages();
  mapping.preferHugePages(HUGE_PAGE, mapping.length - 2 * HUGE_PAGE);
}
