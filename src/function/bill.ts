// bill.ts: what one call of a function cost, as an object.
import type { Vm } from "../monitor/vm.js";

/** Times in milliseconds, lengths in bytes. */
export interface Bill {
  /** CPU time in the guest and in the monitor on its behalf. */
  readonly cpuMs: number;
  /** Wall time of the call, by step. */
  readonly wallMs: {
    /** Until there was a VM. */
    readonly wait: number;
    /** Making a VM from the snapshot, when there was none; part of `wait`. */
    readonly start: number;
    /** Until the response's head was there. */
    readonly run: number;
    /** Until the guest was done: the rest of a response in pieces, and what it still did behind it. */
    readonly rest: number;
    /** Putting the VM back, when the response had left; 0 when it was discarded. */
    readonly reset: number;
  };
  /** Exits of the guest, by hypercall, exception or interruption. */
  readonly exits: Readonly<Record<string, number>>;
  /** Emulated instructions and reflected exceptions, by name. */
  readonly traps: Readonly<Record<string, number>>;
  /** Of the request's body, as far as it was at hand; of the response's. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Guest memory that was resident when the guest was done. */
  readonly memoryBytes: number;
}

/** Calls without a trap are the many. */
const NOTHING: ReadonlyMap<string, number> = new Map();

/** What a VM's counters stood at when they were read last: one reading ends a call and begins the VM's next. */
export class Meterstand {
  readonly #vm: Vm;
  readonly #exits = new Map<number, number>();
  #cpuMs = 0;
  #traps = NOTHING;

  constructor(vm: Vm) {
    this.#vm = vm;
    this.used();
  }

  /** What was used since it was read last. */
  used(): Pick<Bill, "cpuMs" | "exits" | "traps"> {
    const { cpuMs, exits, traps } = this.#vm.counters;
    const used = {
      cpuMs: cpuMs - this.#cpuMs,
      exits: exits.since(this.#exits),
      traps: traps.size === 0 ? {} : difference(traps, this.#traps),
    };
    this.#cpuMs = cpuMs;
    this.#traps = traps.size === 0 ? NOTHING : new Map(traps);
    return used;
  }
}

function difference(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Record<string, number> {
  const used: Record<string, number> = {};
  for (const [name, count] of now) {
    const since = count - (before.get(name) ?? 0);
    if (since > 0) used[name] = since;
  }
  return used;
}
