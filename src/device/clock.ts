// clock.ts: the guest's wall clock. Its monotonic clock is the time-stamp counter, which needs no hypercall.
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_WALLTIME, Walltime } from "../abi/hypercalls.js";
import { wallTime } from "../linux/wall-clock.js";
import type { GuestMemory } from "../machine/memory.js";
import { Argument } from "./argument.js";
import type { Answers, Device } from "./device.js";

/** Answers `walltime`. */
export class ClockDevice implements Device {
  readonly answers: Answers;
  readonly #now: () => bigint;
  readonly #argument = new Argument(Walltime);

  /** @param now nanoseconds since 1970; the host's clock unless given */
  constructor(now: () => bigint = wallTime) {
    this.#now = now;
    this.answers = new Map([
      [
        HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_WALLTIME,
        (memory, argument) => this.#walltime(memory, argument),
      ],
    ]);
  }

  /** Nothing is held. */
  close(): void {}

  #walltime(memory: GuestMemory, address: number): void {
    const argument = this.#argument;
    argument.acquire(memory, address);
    argument.setU64("nsecs", this.#now());
    argument.store();
  }
}
