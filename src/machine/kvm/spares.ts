// spares.ts: VMs of KVM's that lie ready without memory, made while nobody waits for them.
import type { KvmCore } from "./core.js";

/** The event loop has had a turn for whoever took the last one, ms. */
const REST_MS = 1;

/** Making a VM and its vCPU is more than half of what a new VM costs before its guest runs; what is spared is that. */
export class Spares {
  readonly #open: () => KvmCore;
  readonly #wanted: number;
  readonly #ready: KvmCore[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param wanted how many shall lie ready; 0: each is made when it is needed */
  constructor(wanted: number, open: () => KvmCore) {
    this.#wanted = wanted;
    this.#open = open;
    this.#refillLater();
  }

  take(): KvmCore {
    const core = this.#ready.pop() ?? this.#open();
    this.#refillLater();
    return core;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await Promise.all(this.#ready.splice(0).map((core) => core.close()));
  }

  #refillLater(): void {
    if (this.#isClosed || this.#ready.length >= this.#wanted || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#ready.push(this.#open());
      } catch {
        // Whoever needs a VM next makes it, and hears why that fails.
        return;
      }
      this.#refillLater();
    }, REST_MS).unref();
  }
}
