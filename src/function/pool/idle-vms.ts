// idle-vms.ts: VMs that nobody uses, ready for the next call: for so long, then only so many. One timer for all.
import { LONGEST_TIMER_MS } from "./longest-timer.js";

export interface IdleBounds<V> {
  /** How long one stays, ms. */
  readonly idleMs: number;
  /** How many stay even longer. */
  readonly keepWarm: number;
  /** Takes those that do not. */
  readonly onExpired: (vm: V) => void;
}

interface Idle<V> {
  readonly vm: V;
  /** On the clock of performance.now(). */
  readonly since: number;
}

export class IdleVms<V> {
  readonly #bounds: IdleBounds<V>;
  /** In the order they came. The last one used is the first one taken: its memory is in the caches, and the others grow old. */
  readonly #idle: Idle<V>[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(bounds: IdleBounds<V>) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#idle.length;
  }

  /** Since when the one waits that was used longest ago. */
  get oldestSince(): number | undefined {
    return this.#idle[0]?.since;
  }

  add(vm: V): void {
    this.#idle.push({ vm, since: performance.now() });
    this.#watch();
  }

  /** The one used last. */
  takeNewest(): V | undefined {
    return this.#idle.pop()?.vm;
  }

  /** The one used longest ago. */
  takeOldest(): V | undefined {
    return this.#idle.shift()?.vm;
  }

  /** No more timers. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** While there are more than stay, a timer is set; who is oldest by the time it fires may be younger. */
  #watch(): void {
    const { idleMs, keepWarm } = this.#bounds;
    if (this.#timer !== undefined || this.#idle.length <= keepWarm || idleMs === Number.POSITIVE_INFINITY)
      return;
    const rest = Math.ceil(this.#idle[0]!.since + idleMs - performance.now());
    this.#timer = setTimeout(this.#expire, Math.min(Math.max(rest, 0), LONGEST_TIMER_MS));
    // VMs that nobody uses are no reason for a program to go on.
    this.#timer.unref();
  }

  readonly #expire = (): void => {
    this.#timer = undefined;
    const { idleMs, keepWarm, onExpired } = this.#bounds;
    const before = performance.now() - idleMs;
    while (this.#idle.length > keepWarm && this.#idle[0]!.since <= before) onExpired(this.#idle.shift()!.vm);
    this.#watch();
  };
}
