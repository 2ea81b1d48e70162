// stats.ts: what one VM cost: time by step, exits and traps by kind, CPU time, memory touched.
import { MAYFLY_EXCHANGE_PIO } from "../abi/exchange.js";
import { HVT_HYPERCALL_PIO_BASE } from "../abi/hypercalls.js";
import { HVT_RING_KICK_PIO_BASE } from "../abi/net-ring.js";
import { MAYFLY_OUTBOUND_PIO } from "../abi/outbound.js";

/** Times in milliseconds, memory in bytes. */
export interface VmStats {
  /** Kernel objects and memory. */
  createMs: number;
  /** Segments, page tables, boot info. */
  loadMs: number;
  /** From the order to run until the guest's first exit: its first instruction lies within. */
  bootMs: number;
  /** From the order to run until the end, waiting included. */
  runMs: number;
  /** Giving everything back. */
  closeMs: number;
  /** CPU time in the guest and in the monitor on its behalf. */
  cpuMs: number;
  /** Guest memory that was resident at the end; 0 unless `measureMemory` was asked for. */
  touchedBytes: number;
  /** Exits by hypercall, exception or interruption. */
  readonly exits: Map<string, number>;
  /** Emulated instructions and reflected exceptions by name. */
  readonly traps: ReadonlyMap<string, number>;
}

/** A VM's counters themselves. */
export interface VmCounters {
  readonly cpuMs: number;
  readonly exits: Pick<ExitCounter, "since">;
  readonly traps: ReadonlyMap<string, number>;
}

const HYPERCALL_NAMES = [
  "walltime",
  "puts",
  "poll",
  "block write",
  "block read",
  "net write",
  "net read",
  "halt",
];

const PORT_NAMES = new Map<number, string>([
  ...HYPERCALL_NAMES.map((name, i): [number, string] => [HVT_HYPERCALL_PIO_BASE + 1 + i, name]),
  [HVT_RING_KICK_PIO_BASE, "net ring kick"],
  [MAYFLY_EXCHANGE_PIO, "exchange"],
  [MAYFLY_OUTBOUND_PIO, "outbound"],
]);

/** What a hypercall port is called. */
export function portName(port: number): string {
  return PORT_NAMES.get(port) ?? `port 0x${port.toString(16)}`;
}

/** In the place of a port. */
const EXCEPTION = -1;
const INTERRUPTION = -2;

/** Counts exits without allocating in the common case. */
export class ExitCounter {
  readonly #byPort = new Map<number, number>();
  #exceptions = 0;
  #interruptions = 0;

  hypercall(port: number): void {
    this.#byPort.set(port, (this.#byPort.get(port) ?? 0) + 1);
  }
  exception(): void {
    this.#exceptions++;
  }
  interruption(): void {
    this.#interruptions++;
  }

  /**
   * What was counted since, by name: for every request, so that it makes nothing else.
   *
   * @param told what was told so far; brought up to date
   */
  since(told: Map<number, number>): Record<string, number> {
    const counts: Record<string, number> = {};
    const tell = (port: number, count: number): void => {
      const fresh = count - (told.get(port) ?? 0);
      if (fresh === 0) return;
      told.set(port, count);
      counts[port === EXCEPTION ? "exception" : port === INTERRUPTION ? "interruption" : portName(port)] =
        fresh;
    };
    for (const [port, count] of this.#byPort) tell(port, count);
    tell(EXCEPTION, this.#exceptions);
    tell(INTERRUPTION, this.#interruptions);
    return counts;
  }

  /** Non-zero counts by name. */
  totals(): Map<string, number> {
    const totals = new Map<string, number>();
    for (const [port, count] of this.#byPort) totals.set(portName(port), count);
    if (this.#exceptions > 0) totals.set("exception", this.#exceptions);
    if (this.#interruptions > 0) totals.set("interruption", this.#interruptions);
    return totals;
  }
}
