// batch.ts: requests that were read in one turn of the event loop go on together, step by step: all of their guests run, then all of their
// responses leave. One kind of work after the other finds its code in the processor's caches, and one VM, whose memory is there too, serves
// them in a row: measured, a third more requests a second on the process machine, and a tenth more on KVM.
//
//   const batch = await nextBatch();    // this request's turn to run its guest
//   …
//   if (batch.othersRun) await batch.ran;

/** Responses do not wait for more guests once those have taken so long, ms: then those that are there leave, and the next ones gather. */
const LONGEST_MS = 4;

let open: Batch | undefined;

/** Resolves in the next turn of the event loop, for one request after the other: each goes as far as it can before the next one begins. */
export function nextBatch(): Promise<Batch> {
  open ??= new Batch(() => {
    open = undefined;
  });
  return open.join();
}

export class Batch {
  readonly #onBegun: () => void;
  #size = 0;
  /** When the first guest began behind the last response that left. */
  #since: number | undefined;
  #isOver = false;
  #end: NodeJS.Immediate | undefined;
  readonly #ran: (() => void)[] = [];

  /** @param onBegun called when nobody can join any more */
  constructor(onBegun: () => void) {
    this.#onBegun = onBegun;
  }

  /** Whether guests of other requests have their turn now: they want this one's VM, and its response can wait for them. */
  get othersRun(): boolean {
    return this.#size > 1 && !this.#isOver;
  }

  /** Resolves when every request of the batch had its turn, or they have taken long. */
  get ran(): Promise<void> {
    return new Promise((resolve) => {
      this.#ran.push(resolve);
      if (this.#isOver || this.#isLate) this.#letGo();
    });
  }

  join(): Promise<Batch> {
    this.#size++;
    return new Promise((resolve) => {
      // Node lets all that waits for promises go on behind each immediate.
      setImmediate(() => {
        this.#begin();
        if (this.#isLate) this.#letGo();
        resolve(this);
      });
      // Behind all of them: the last one to join puts it there.
      if (this.#end !== undefined) clearImmediate(this.#end);
      this.#end = setImmediate(this.#finish);
    });
  }

  #begin(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    this.#onBegun();
  }

  get #isLate(): boolean {
    return performance.now() - this.#since! >= LONGEST_MS;
  }

  #letGo(): void {
    for (const resolve of this.#ran.splice(0)) resolve();
    this.#since = performance.now();
  }

  readonly #finish = (): void => {
    this.#isOver = true;
    this.#letGo();
  };
}
