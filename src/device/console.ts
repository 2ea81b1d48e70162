// console.ts: the guest's console: one hypercall, one whole buffer, one call of the sink. Never byte by byte.
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_PUTS, Puts } from "../abi/hypercalls.js";
import type { GuestMemory } from "../machine/memory.js";
import { Argument } from "./argument.js";
import type { Answers, Device } from "./device.js";

/**
 * Where console output goes. `bytes` lies in guest memory and is the sink's only until it returns: a sink that keeps bytes, or
 * returns a promise, copies them first. The guest waits for the promise. Throws when the host fails.
 */
export type ConsoleSink = (bytes: Uint8Array) => void | Promise<void>;

/** Answers `puts`. */
export class ConsoleDevice implements Device {
  readonly answers: Answers;
  readonly #sink: ConsoleSink;
  readonly #argument = new Argument(Puts);
  #stopWaiting: (() => void) | undefined;

  constructor(sink: ConsoleSink) {
    this.#sink = sink;
    this.answers = new Map([
      [HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_PUTS, (memory, argument) => this.#puts(memory, argument)],
    ]);
  }

  /** Ends a wait for a sink that does not go on. Sinks belong to whoever made them. */
  close(): void {
    this.#stopWaiting?.();
  }

  #puts(memory: GuestMemory, address: number): void | Promise<void> {
    const argument = this.#argument;
    argument.copyIn(memory, address);
    const bytes = memory.readable(argument.u64("data"), argument.u64("len"), "data of puts");
    if (bytes.length === 0) return;
    const taken = this.#sink(bytes);
    if (taken === undefined) return;
    return Promise.race([
      taken,
      new Promise<void>((resolve) => {
        this.#stopWaiting = resolve;
      }),
    ]);
  }
}
