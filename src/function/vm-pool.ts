// vm-pool.ts: the VMs of one function: taken by calls, put back to the snapshot behind them, kept warm up to a bound.
import { MayflyError } from "../errors.js";
import type { Monitor } from "../monitor/monitor.js";
import type { Snapshot } from "../monitor/snapshot.js";
import type { CheckedOptions } from "./function-options.js";
import { WarmVm } from "./warm-vm.js";

interface Waiter {
  readonly resolve: (vm: WarmVm) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A VM is put back after the response has left: `release` only notes it, and the event loop's next turn does it. A call that comes
 * before has it done at once.
 */
export class VmPool {
  readonly #monitor: Monitor;
  readonly #snapshot: Snapshot;
  readonly #options: CheckedOptions;
  /** In the snapshot's state. The last one used is the first one taken: its memory is in the caches. */
  readonly #clean: WarmVm[] = [];
  readonly #used: WarmVm[] = [];
  readonly #all = new Set<WarmVm>();
  readonly #waiters: Waiter[] = [];
  #isTurnAsked = false;
  #isClosed = false;

  constructor(monitor: Monitor, snapshot: Snapshot, options: CheckedOptions) {
    this.#monitor = monitor;
    this.#snapshot = snapshot;
    this.#options = options;
  }

  /** VMs that exist. */
  get size(): number {
    return this.#all.size;
  }

  /**
   * A VM in the snapshot's state, for one call.
   *
   * @param signal ends the wait for one
   * @throws MayflyError FUNCTION_CLOSED; whatever keeps a VM from being made
   */
  take(signal?: AbortSignal): WarmVm | Promise<WarmVm> {
    if (this.#isClosed) throw closed();
    return this.#clean.pop() ?? this.#cleanOne() ?? this.#makeOne() ?? this.#wait(signal);
  }

  /** Takes a VM back whose guest waits for its next request. */
  release(vm: WarmVm): void {
    this.#used.push(vm);
    if (this.#isTurnAsked) return;
    this.#isTurnAsked = true;
    setImmediate(this.#cleanUp);
  }

  /** Closes a VM that must not serve again. */
  discard(vm: WarmVm): Promise<void> {
    if (!this.#all.delete(vm)) return Promise.resolve();
    const done = vm.close();
    // Its place is free at once: closing takes the kernel a while.
    this.#fillPlace();
    return done;
  }

  /** Closes every VM; calls that wait for one fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiters.splice(0)) reject(closed());
    await Promise.all([...this.#all].map((vm) => vm.close()));
    this.#all.clear();
  }

  readonly #cleanUp = (): void => {
    this.#isTurnAsked = false;
    while (this.#used.length > 0 && !this.#isClosed) {
      const vm = this.#cleanOne();
      if (vm === undefined) continue;
      if (this.#serveWaiter(vm)) continue;
      if (this.#clean.length < this.#options.warmVms) this.#clean.push(vm);
      // Nobody waits for it; a host that cannot close a VM says so when the function is closed.
      else this.discard(vm).catch(() => {});
    }
  };

  /** Puts one back that was used; undefined when there is none, or it could not be put back. */
  #cleanOne(): WarmVm | undefined {
    const vm = this.#used.pop();
    try {
      vm?.reset();
      return vm;
    } catch {
      // It ended behind its response, or could not be put back: it must not serve again, and another one can.
      this.discard(vm!).catch(() => {});
      return undefined;
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<WarmVm> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) this.#waiters.splice(at, 1);
        reject(signal?.reason);
      };
      const settled = (): void => signal?.removeEventListener("abort", leave);
      const waiter: Waiter = {
        resolve: (vm) => {
          settled();
          resolve(vm);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#waiters.push(waiter);
    });
  }

  #makeOne(): WarmVm | undefined {
    if (this.#all.size >= this.#options.maxVms) return undefined;
    const vm = new WarmVm(this.#monitor, this.#snapshot, this.#options);
    this.#all.add(vm);
    return vm;
  }

  /** Gives a VM to whoever waits longest. False when nobody does. */
  #serveWaiter(vm: WarmVm): boolean {
    const waiter = this.#waiters.shift();
    waiter?.resolve(vm);
    return waiter !== undefined;
  }

  /** There is a place again. Where no VM can be made for it, nobody may be left who waits for a VM that nobody has. */
  #fillPlace(): void {
    while (this.#waiters.length > 0) {
      try {
        const vm = this.#makeOne();
        if (vm !== undefined) this.#serveWaiter(vm);
        return;
      } catch (error) {
        this.#waiters.shift()!.reject(error);
      }
    }
  }
}

function closed(): MayflyError {
  return new MayflyError("FUNCTION_CLOSED", "the function is closed");
}
