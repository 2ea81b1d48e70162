// same-cpu.ts: keeps monitor and vessel on one processor while a guest has its turn, and only then.
import {
  type CpuSet,
  currentCpu,
  isSingle,
  keepOn,
  newCpuSet,
  onlyCpu,
  readAllowed,
} from "../../linux/affinity.js";

const THIS_THREAD = 0;

/**
 * A stop that wakes a thread of another processor costs several times as much (docs/decisions/0006). The kernel cannot know that
 * one always waits for the other, so it spreads them as soon as a processor idles. The thread must be let free at the end of a turn:
 * threads and processes that it starts meanwhile would inherit the restriction for good.
 */
class SameCpu {
  /** Where the thread may run otherwise: read each time, because others may change it. */
  readonly #allowed: CpuSet = newCpuSet();
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
    if (this.#cpu === -1) {
      readAllowed(this.#allowed);
      this.#cpu = currentCpu();
      if (!isSingle(this.#allowed)) keepOn(THIS_THREAD, this.#setOf(this.#cpu));
    }
    if (this.#cpu !== vesselCpu) keepOn(vessel, this.#setOf(this.#cpu));
    return this.#cpu;
  }

  /** Lets the thread free. */
  leave(): void {
    if (this.#cpu === -1) return;
    this.#cpu = -1;
    if (!isSingle(this.#allowed)) keepOn(THIS_THREAD, this.#allowed);
  }

  #setOf(cpu: number): CpuSet {
    const set = this.#sets[cpu] ?? onlyCpu(cpu);
    this.#sets[cpu] = set;
    return set;
  }
}

/** One for each thread, as is what it keeps: two hosts of a thread must not save each other's restriction. */
export const sameCpu = new SameCpu();
