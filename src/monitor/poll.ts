// poll.ts: the poll hypercall: the guest waits for frames or for time to pass, and no thread waits with it.
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_POLL, Poll } from "../abi/hypercalls.js";
import { Argument } from "../device/argument.js";
import type { Answers, Device } from "../device/device.js";
import type { ReadySource } from "../device/ready-source.js";
import type { GuestMemory } from "../machine/memory.js";

/** setTimeout's longest delay. */
const LONGEST_TIMER_MS = 0x7fff_ffff;

/** Answers `poll`. */
export class PollDevice implements Device {
  readonly answers: Answers;
  readonly #sources: readonly ReadySource[];
  readonly #argument = new Argument(Poll);
  #cancel: (() => void) | undefined;

  /** @param sources whose bits differ */
  constructor(sources: readonly ReadySource[]) {
    this.#sources = sources;
    this.answers = new Map([
      [HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_POLL, (memory, argument) => this.#poll(memory, argument)],
    ]);
  }

  /** Ends a wait that is under way. */
  close(): void {
    this.#cancel?.();
  }

  #poll(memory: GuestMemory, address: number): void | Promise<void> {
    const argument = this.#argument;
    argument.acquire(memory, address);
    const timeoutMs = argument.u64("timeout_nsecs") / 1e6;
    if (timeoutMs === 0 || this.#ready() !== 0n) return this.#finish();
    return this.#wait(performance.now() + timeoutMs);
  }

  async #wait(deadline: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const stops: (() => void)[] = [];
      let timer: NodeJS.Timeout | undefined;
      const done = (): void => {
        for (const stop of stops.splice(0)) stop();
        clearTimeout(timer);
        this.#cancel = undefined;
        resolve();
      };
      // Timers are no finer than a millisecond. Waiting out the rest turn by turn would be exact, and would let a guest of
      // short polls keep the host busy without a millisecond on its bill.
      const watch = (): void => {
        const rest = deadline - performance.now();
        if (rest <= 0) done();
        else timer = setTimeout(watch, Math.min(Math.ceil(rest), LONGEST_TIMER_MS));
      };
      this.#cancel = done;
      for (const source of this.#sources) stops.push(source.onceReadable(done));
      watch();
    });
    this.#finish();
  }

  #ready(): bigint {
    let ready = 0n;
    for (const source of this.#sources) ready |= source.readyHandles();
    return ready;
  }

  #finish(): void {
    const ready = this.#ready();
    let count = 0;
    for (let rest = ready; rest !== 0n; rest &= rest - 1n) count++;
    this.#argument.setU64("ready_set", ready);
    this.#argument.setI32("ret", count);
    this.#argument.store();
  }
}
