// reserve.ts: descriptors that connections do not get: a worker that dies when all others are used can still be replaced.
import { type Descriptor, O_RDONLY, open } from "../../linux/descriptor.js";
import { SystemCallError } from "../../linux/system-call-error.js";

/** What starting a worker takes for a moment: a table, a channel, Node's own, three pipes; and as much again. */
const COUNT = 24;

export class DescriptorReserve implements Disposable {
  readonly #held: Descriptor[] = [];

  /** @throws SystemCallError while it cannot be had: EMFILE, ENFILE */
  fill(): void {
    while (this.#held.length < COUNT) this.#held.push(open("/dev/null", O_RDONLY));
  }

  /** Runs `work` with the reserve's descriptors free. */
  lend<T>(work: () => T): T {
    this[Symbol.dispose]();
    try {
      return work();
    } finally {
      this.#fillIfPossible();
    }
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#held.splice(0)) descriptor.close();
  }

  #fillIfPossible(): void {
    try {
      this.fill();
    } catch (error) {
      // Before the next connection it is filled, or there is no next one.
      if (!(error instanceof SystemCallError)) throw error;
    }
  }
}
