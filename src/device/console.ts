// console.ts: the guest's console: one hypercall, one whole buffer, one call of the sink. Never byte by byte.
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_PUTS, Puts } from "../abi/hypercalls.js";
import type { GuestMemory } from "../machine/memory.js";
import { Argument } from "./argument.js";
import type { Answers, Device } from "./device.js";

/**
 * Where console output goes. `bytes` lies in guest memory: it is the sink's until it returns, or until its promise
 * settles. A sink that keeps bytes for longer copies them. The guest waits for the promise. Throws when the host fails.
 */
export type ConsoleSink = (bytes: Uint8Array) => void | Promise<void>;

/** Answers `puts`. */
export class ConsoleDevice implements Device {
  readonly answers: Answers;
  readonly #sink: ConsoleSink;
  readonly #argument = new Argument(Puts);

  constructor(sink: ConsoleSink) {
    this.#sink = sink;
    this.answers = new Map([
      [HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_PUTS, (memory, argument) => this.#puts(memory, argument)],
    ]);
  }

  /** Sinks belong to whoever made them: nothing is held here. */
  close(): void {}

  #puts(memory: GuestMemory, address: number): void | Promise<void> {
    const argument = this.#argument;
    argument.copyIn(memory, address);
    const bytes = memory.readable(argument.u64("data"), argument.u64("len"), "data of puts");
    if (bytes.length > 0) return this.#sink(bytes);
  }
}
