// console.ts: the guest's console: one hypercall, one whole buffer, one call of the sink; only what is very long comes in parts.
import { setImmediate as nextTurn } from "node:timers/promises";
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_PUTS, Puts } from "../abi/hypercalls.js";
import type { GuestMemory } from "../machine/memory.js";
import { Argument } from "./argument.js";
import type { Answers, Device } from "./device.js";

/**
 * Where console output goes. `bytes` lies in guest memory and is the sink's only until it returns: a sink that keeps bytes, or
 * returns a promise, copies them first. The guest waits for the promise. Throws when the host fails.
 */
export type ConsoleSink = (bytes: Uint8Array) => void | Promise<void>;

/** More than this reaches the sink in parts, bytes, and the event loop gets a turn between two: writing takes its time. */
const PART_BYTES = 1024 * 1024;

/** Answers `puts`. */
export class ConsoleDevice implements Device {
  readonly answers: Answers;
  readonly #sink: ConsoleSink;
  readonly #argument = new Argument(Puts);
  #stopWaiting: (() => void) | undefined;
  #closed = false;

  constructor(sink: ConsoleSink) {
    this.#sink = sink;
    this.answers = new Map([
      [HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_PUTS, (memory, argument) => this.#puts(memory, argument)],
    ]);
  }

  /** Ends a wait for a sink that does not go on. Sinks belong to whoever made them. */
  close(): void {
    this.#closed = true;
    this.#stopWaiting?.();
  }

  #puts(memory: GuestMemory, address: number): void | Promise<void> {
    const argument = this.#argument;
    argument.copyIn(memory, address);
    const bytes = memory.readable(argument.u64("data"), argument.u64("len"), "data of puts");
    if (bytes.length === 0) return;
    return bytes.length > PART_BYTES ? this.#handInParts(bytes) : this.#hand(bytes);
  }

  /** The guest's memory stays as it is meanwhile: a guest makes one hypercall at a time. */
  async #handInParts(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !this.#closed; at += PART_BYTES) {
      await this.#hand(bytes.subarray(at, at + PART_BYTES));
      await nextTurn();
    }
  }

  #hand(bytes: Uint8Array): void | Promise<void> {
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
