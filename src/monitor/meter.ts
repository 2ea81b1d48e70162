// meter.ts: keeps a VM within its time: how long the next turn may last, and which limit is used up.
import { threadCpuTime } from "../linux/thread-clock.js";
import type { Limits } from "./limits.js";

/**
 * Turns take no longer than this in all before other VMs and the event loop get theirs, ms. In all: a wait between two turns may
 * be over before the event loop got a turn, because answers can come from microtasks, one after the other.
 */
const SHORTEST_SLICE_MS = 5;
/** A guest that has the thread to itself gets longer slices: each interruption costs it 0.1 to 0.2 ms here, world switch included. */
const LONGEST_SLICE_MS = 50;
/** The guest's own clock is read once turns have taken this long since: a reading costs as much as a hypercall's answer, ms. */
const UNREAD_MS = 1;
/** An event loop that takes less than this for its turn had nothing else to do, ms. */
const IDLE_TURN_MS = 0.5;

export type SpentLimit = "wall-time-limit" | "cpu-time-limit";

/** What is told of a limit that is used up. */
export function spentMessage(limit: SpentLimit, { cpuTimeMs, wallTimeMs }: Limits): string {
  const [name, ms] = limit === "cpu-time-limit" ? ["CPU time", cpuTimeMs] : ["wall time", wallTimeMs];
  return `the VM used up its ${name} of ${ms} ms`;
}

/** Times on the clock of performance.now(), ms. */
export class Meter {
  #limits: Limits;
  readonly #guestCpuTime: () => number;
  /** What it said last. Between turns the guest does nothing, so that nothing is lost until it is read again. */
  #guestCpuMs: number;
  /** Time of the turns since: the guest cannot have used more. */
  #unreadMs = 0;
  #wallDeadline: number;
  /** CPU time at which the limit is used up. */
  #cpuLimitMs: number;
  #cpuMs = 0;
  #turnStart = 0;
  #turnCpuStart = 0;
  #sliceLengthMs = SHORTEST_SLICE_MS;
  /** Time of this slice's turns so far. */
  #sliceMs = 0;

  /** @param guestCpuTime CPU time that the guest used outside this thread so far, ms */
  constructor(limits: Limits, guestCpuTime: () => number) {
    this.#limits = limits;
    this.#guestCpuTime = guestCpuTime;
    this.#guestCpuMs = guestCpuTime();
    this.#wallDeadline = performance.now() + limits.wallTimeMs;
    this.#cpuLimitMs = limits.cpuTimeMs;
  }

  /** Both limits count anew: CPU time at once, wall time from `startWall` on. */
  renew(limits = this.#limits): void {
    this.#limits = limits;
    this.#cpuLimitMs = this.#cpuMs + limits.cpuTimeMs;
    this.#wallDeadline = Number.POSITIVE_INFINITY;
  }

  /** Wall time counts again, if it does not. */
  startWall(): void {
    if (this.#wallDeadline === Number.POSITIVE_INFINITY)
      this.#wallDeadline = performance.now() + this.#limits.wallTimeMs;
  }

  /** CPU time up to the last turn's end, ms. */
  get cpuMs(): number {
    // Nothing to read when there was no turn since: the end of one call is the beginning of the next.
    if (this.#unreadMs > 0) this.#readGuestClock();
    return this.#cpuMs;
  }

  /** Rest of the wall time, ms; Infinity without a limit. */
  get wallRestMs(): number {
    return this.#wallDeadline - performance.now();
  }

  /** The event loop had its turn, and took `turnMs` for it. */
  beginSlice(turnMs: number): void {
    this.#sliceMs = 0;
    this.#sliceLengthMs =
      turnMs < IDLE_TURN_MS ? Math.min(2 * this.#sliceLengthMs, LONGEST_SLICE_MS) : SHORTEST_SLICE_MS;
  }

  /** Begins a turn; returns when it must be over. */
  beginTurn(): number {
    this.#turnCpuStart = threadCpuTime();
    this.#turnStart = performance.now();
    const cpuRest = this.#cpuLimitMs - this.#cpuMs - this.#unreadMs;
    const sliceRest = this.#sliceLengthMs - this.#sliceMs;
    return Math.min(this.#turnStart + Math.min(sliceRest, cpuRest), this.#wallDeadline);
  }

  /** Ends a turn; the whole of it, the monitor's work included, is the guest's. */
  endTurn(): void {
    const turnMs = performance.now() - this.#turnStart;
    this.#cpuMs += threadCpuTime() - this.#turnCpuStart;
    this.#sliceMs += turnMs;
    this.#unreadMs += turnMs;
    if (this.#unreadMs >= UNREAD_MS || this.#cpuMs + this.#unreadMs >= this.#cpuLimitMs)
      this.#readGuestClock();
  }

  #readGuestClock(): void {
    const guestCpuMs = this.#guestCpuTime();
    this.#cpuMs += guestCpuMs - this.#guestCpuMs;
    this.#guestCpuMs = guestCpuMs;
    this.#unreadMs = 0;
  }

  /** The limit that is used up, if any. */
  spent(): SpentLimit | undefined {
    if (this.#cpuMs >= this.#cpuLimitMs) return "cpu-time-limit";
    if (this.wallRestMs <= 0) return "wall-time-limit";
    return undefined;
  }
}
