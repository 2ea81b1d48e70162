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
  /** Where the thread may run otherwise: read each time before it is kept, because others may change it. */
  readonly #allowed: CpuSet = newCpuSet();
  readonly #sets: CpuSet[] = [];
  /** The only processor that the thread may run on, as last seen: there it needs nothing; -1 when there are several. */
  #bound = -1;
  /** Whether the thread is to be let free. */
  #isKept = false;
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
      this.#cpu = currentCpu();
      // Whoever gives a bound thread more processors is noticed once it moves; until then a turn may be slow, and nothing else.
      if (this.#cpu !== this.#bound) this.#keep(this.#cpu);
    }
    if (this.#cpu !== vesselCpu) keepOn(vessel, this.#setOf(this.#cpu));
    return this.#cpu;
  }

  /** Lets the thread free. */
  leave(): void {
    if (this.#cpu === -1) return;
    this.#cpu = -1;
    if (this.#isKept) keepOn(THIS_THREAD, this.#allowed);
    this.#isKept = false;
  }

  #keep(cpu: number): void {
    readAllowed(this.#allowed);
    this.#isKept = !isSingle(this.#allowed);
    this.#bound = this.#isKept ? -1 : cpu;
    if (this.#isKept) keepOn(THIS_THREAD, this.#setOf(cpu));
  }

  #setOf(cpu: number): CpuSet {
    const set = this.#sets[cpu] ?? onlyCpu(cpu);
    this.#sets[cpu] = set;
    return set;
  }
}

/** One for each thread, as is what it keeps: two hosts of a thread must not save each other's restriction. */
export const sameCpu = new SameCpu();
