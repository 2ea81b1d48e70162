// waiting-line.ts: who waits for a VM, in order, each no longer than a deadline and than its signal allows. One timer for all.
import { FunctionBusyError, type QueueBounds } from "../busy-error.js";
import { LONGEST_TIMER_MS } from "./longest-timer.js";

interface Waiter<V> {
  readonly deadline: number;
  readonly resolve: (vm: V) => void;
  readonly reject: (error: unknown) => void;
}

export class WaitingLine<V> {
  readonly #bounds: QueueBounds;
  /** In the order they came, which is that of their deadlines. */
  readonly #waiters = new Set<Waiter<V>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(bounds: QueueBounds) {
    this.#bounds = bounds;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /**
   * Waits for a VM.
   *
   * @param signal takes the waiter out when it aborts
   * @throws FunctionBusyError when too many wait already
   */
  enter(signal?: AbortSignal): Promise<V> {
    if (this.#waiters.size >= this.#bounds.length) throw new FunctionBusyError("queue-full", this.#bounds);
    return new Promise((resolve, reject) => {
      const gone = (): void => waiter.reject(signal!.reason);
      const leave = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener("abort", gone);
      };
      const waiter: Waiter<V> = {
        deadline: performance.now() + this.#bounds.ms,
        resolve: (vm) => {
          leave();
          resolve(vm);
        },
        reject: (error) => {
          leave();
          this.#watch();
          reject(error);
        },
      };
      signal?.addEventListener("abort", gone);
      this.#waiters.add(waiter);
      this.#watch();
    });
  }

  /** Gives a VM to whoever waits longest. False when nobody does. */
  next(vm: V): boolean {
    const first = this.#first();
    first?.resolve(vm);
    this.#watch();
    return first !== undefined;
  }

  /** Tells whoever waits longest that there will be none. */
  fail(error: unknown): void {
    this.#first()?.reject(error);
  }

  /** Sends everybody away. */
  dissolve(makeError: () => unknown): void {
    for (const waiter of this.#waiters) waiter.reject(makeError());
  }

  #first(): Waiter<V> | undefined {
    return this.#waiters.values().next().value;
  }

  /** While somebody waits, a timer is set; it may be early for whoever is first by then. */
  #watch(): void {
    const first = this.#first();
    if (first === undefined) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    } else if (this.#timer === undefined) {
      const rest = Math.ceil(first.deadline - performance.now());
      this.#timer = setTimeout(this.#expire, Math.min(Math.max(rest, 0), LONGEST_TIMER_MS));
    }
  }

  readonly #expire = (): void => {
    this.#timer = undefined;
    const now = performance.now();
    for (const waiter of this.#waiters) {
      if (waiter.deadline > now) break;
      waiter.reject(new FunctionBusyError("queue-time", this.#bounds));
    }
    this.#watch();
  };
}
