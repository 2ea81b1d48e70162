// same-cpu.ts: keeps monitor and vessel on one processor while the guest runs, and only then.
import { allowedCpus, type CpuSet, currentCpu, keepOn, onlyCpu } from "../../linux/affinity.js";

const THIS_THREAD = 0;

/**
 * A stop that wakes a thread of another processor costs ten times as much (docs/decisions/0006). The kernel cannot know that one always waits for the
 * other, so it spreads them as soon as a processor idles. The thread is let free before `run` returns: threads and processes
 * started meanwhile would inherit the restriction for good.
 */
export class SameCpu {
  /** Where the thread may run otherwise. */
  readonly #allowed: CpuSet = allowedCpus();
  readonly #sets: CpuSet[] = [];
  readonly #isOneOfMany = this.#allowed.reduce((sum, byte) => sum + bits(byte), 0) > 1;

  /**
   * Puts a stopped vessel and this thread on the thread's present processor.
   *
   * @param vesselCpu the processor given for this vessel last, -1 at first
   * @returns the processor
   */
  enter(vessel: number, vesselCpu: number): number {
    if (!this.#isOneOfMany) return vesselCpu;
    const cpu = currentCpu();
    this.#sets[cpu] ??= onlyCpu(cpu);
    keepOn(THIS_THREAD, this.#sets[cpu]);
    if (cpu !== vesselCpu) keepOn(vessel, this.#sets[cpu]);
    return cpu;
  }

  leave(): void {
    if (this.#isOneOfMany) keepOn(THIS_THREAD, this.#allowed);
  }
}

function bits(byte: number): number {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
