// same-cpu.ts: keeps monitor and vessel on one processor while a guest has its turn, and only then.
import { allowedCpus, type CpuSet, currentCpu, keepOn, onlyCpu } from "../../linux/affinity.js";

const THIS_THREAD = 0;

/**
 * A stop that wakes a thread of another processor costs several times as much (docs/decisions/0006). The kernel cannot know that one always waits for
 * the other, so it spreads them as soon as a processor idles. The thread must be let free at the end of a turn: threads and
 * processes that it starts meanwhile would inherit the restriction for good.
 */
export class SameCpu {
  /** Where the thread may run otherwise. */
  readonly #allowed: CpuSet = allowedCpus();
  readonly #isOneOfMany = this.#allowed.reduce((sum, byte) => sum + bits(byte), 0) > 1;
  readonly #sets: CpuSet[] = [];
  /** The processor that the thread is kept on; -1 when it is free. */
  #cpu = -1;

  /**
   * Puts this thread and a stopped vessel on one processor: the thread's present one.
   *
   * @param vesselCpu the processor given for this vessel last, -1 at first
   * @returns the processor
   */
  enter(vessel: number, vesselCpu: number): number {
    if (!this.#isOneOfMany) return vesselCpu;
    if (this.#cpu === -1) {
      this.#cpu = currentCpu();
      keepOn(THIS_THREAD, this.#setOf(this.#cpu));
    }
    if (this.#cpu !== vesselCpu) keepOn(vessel, this.#setOf(this.#cpu));
    return this.#cpu;
  }

  /** Lets the thread free. */
  leave(): void {
    if (this.#cpu === -1) return;
    this.#cpu = -1;
    keepOn(THIS_THREAD, this.#allowed);
  }

  #setOf(cpu: number): CpuSet {
    const set = this.#sets[cpu] ?? onlyCpu(cpu);
    this.#sets[cpu] = set;
    return set;
  }
}

function bits(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
