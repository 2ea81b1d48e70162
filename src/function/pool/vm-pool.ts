// vm-pool.ts: the VMs of one function: taken by calls, made fit for the next one behind them, kept for a while, closed.
import { MayflyError } from "../../errors.js";
import type { QueueBounds } from "../busy-error.js";
import type { AbortSource } from "./abort-source.js";
import { IdleVms } from "./idle-vms.js";
import type { BudgetAccount, BudgetMember, VmBudget } from "./vm-budget.js";
import { WaitingLine } from "./waiting-line.js";

/** A VM, as its pool sees it. */
export interface PooledVm {
  /** Makes it fit for the next call. Throws when that cannot be. */
  renew(): void;
  /** Told that nobody uses it now. */
  rest(): void;
  /** @param reason why, in a word: it is told to whoever watches */
  close(reason: string): Promise<void>;
}

export interface PoolOptions<V extends PooledVm> {
  readonly make: () => V;
  /** Whether a VM serves a second call. */
  readonly servesAgain: boolean;
  readonly maxVms: number;
  /** VMs that stay although idle, unless others need the memory. */
  readonly keepWarm: number;
  readonly idleMs: number;
  readonly queue: QueueBounds;
  /** Guest memory of each VM. */
  readonly memoryMiB: number;
  readonly budget: VmBudget;
}

/**
 * A VM is made fit again after the response has left: `release` only notes it, and the event loop's next turn does it. A call that comes
 * before has it done at once.
 */
export class VmPool<V extends PooledVm> implements BudgetMember {
  readonly #options: PoolOptions<V>;
  readonly #budget: VmBudget;
  readonly #account: BudgetAccount;
  readonly #idle: IdleVms<V>;
  /** Not fit yet. */
  readonly #used: V[] = [];
  readonly #all = new Set<V>();
  readonly #line: WaitingLine<V>;
  #isTurnAsked = false;
  #isClosed = false;

  constructor(options: PoolOptions<V>) {
    this.#options = options;
    this.#budget = options.budget;
    this.#idle = new IdleVms({ ...options, onExpired: (vm) => this.#giveUp(vm, "idle") });
    this.#line = new WaitingLine(options.queue);
    this.#account = options.budget.open(this);
  }

  /** Whether nobody gets a VM any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** VMs that exist, but for those that are being closed. */
  get size(): number {
    return this.#all.size;
  }

  get idleVms(): number {
    return this.#idle.size;
  }

  /** Calls that wait for one. */
  get waiting(): number {
    return this.#line.size;
  }

  /**
   * A VM for one call.
   *
   * @param abort gives a place in the line up
   * @throws MayflyError FUNCTION_CLOSED; FunctionBusyError; whatever keeps a VM from being made
   */
  take(abort?: AbortSource): V | Promise<V> {
    if (this.#isClosed) throw closed();
    const vm = this.#line.size === 0 ? this.#takeNow() : undefined;
    if (vm !== undefined) return vm;
    const waiting = this.#line.enter(abort?.signal);
    if (this.wants) this.#budget.want(this.#account);
    return waiting;
  }

  /** Takes a VM back whose guest waits for its next request. */
  release(vm: V): void {
    this.#used.push(vm);
    if (this.#isTurnAsked) return;
    this.#isTurnAsked = true;
    setImmediate(this.#cleanUp);
  }

  /** Closes a VM that must not serve again. */
  discard(vm: V, reason: string): Promise<void> {
    const done = this.#drop(vm, reason);
    // Its place is free at once: closing takes the kernel a while.
    this.#serveLine();
    return done;
  }

  /** Closes every VM; calls that wait for one fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#idle.stop();
    this.#line.dissolve(closed);
    const done = [...this.#all].map((vm) => this.#drop(vm, "closed"));
    this.#budget.leave(this.#account);
    await Promise.all(done);
  }

  // -- for the budget

  get memoryMiB(): number {
    return this.#options.memoryMiB;
  }

  get wants(): boolean {
    return this.#line.size > 0 && this.#all.size < this.#options.maxVms;
  }

  get oldestIdleSince(): number | undefined {
    return this.#idle.oldestSince;
  }

  closeOldestIdle(): void {
    this.#giveUp(this.#idle.takeOldest()!, "budget");
  }

  makeOne(): void {
    try {
      this.#line.next(this.#make());
    } catch (error) {
      this.#line.fail(error);
    }
  }

  // --

  readonly #cleanUp = (): void => {
    this.#isTurnAsked = false;
    while (this.#used.length > 0 && !this.#isClosed) {
      if (!this.#options.servesAgain) this.#giveUp(this.#used.pop()!, "served");
      else if (this.#budget.mustYield(this.#account)) this.#yieldOne();
      else this.#offer(this.#renewOne());
    }
    this.#serveLine();
    this.#budget.idled();
  };

  #yieldOne(): void {
    this.#budget.yieldTurn(this.#account);
    this.#giveUp(this.#used.pop()!, "budget");
  }

  /** Gives a VM to whoever waits longest, else lets it rest. */
  #offer(vm: V | undefined): void {
    if (vm === undefined || this.#line.next(vm)) return;
    vm.rest();
    this.#idle.add(vm);
  }

  #serveLine(): void {
    while (this.#line.size > 0) {
      try {
        const vm = this.#takeNow();
        if (vm === undefined) break;
        this.#line.next(vm);
      } catch (error) {
        this.#line.fail(error);
      }
    }
    if (this.wants) this.#budget.want(this.#account);
  }

  /** One that is there, or can be made. First of all one just used: it has to be put back anyway, and its memory is in the caches. */
  #takeNow(): V | undefined {
    return this.#takeUsed() ?? this.#idle.takeNewest() ?? this.#makeWithin();
  }

  /** When it belongs to another function, its turn to be closed comes. */
  #takeUsed(): V | undefined {
    if (this.#used.length === 0 || !this.#options.servesAgain || this.#budget.mustYield(this.#account))
      return undefined;
    return this.#renewOne();
  }

  /** Makes one fit that was used; undefined when that cannot be. */
  #renewOne(): V | undefined {
    const vm = this.#used.pop()!;
    try {
      vm.renew();
      return vm;
    } catch {
      // It ended behind its response, or could not be put back: it must not serve again, and another one can.
      this.#giveUp(vm, "discarded");
      return undefined;
    }
  }

  #makeWithin(): V | undefined {
    const isRoom = this.#all.size < this.#options.maxVms && this.#budget.tryTake(this.#account);
    return isRoom ? this.#make() : undefined;
  }

  /** Its memory has been taken. */
  #make(): V {
    try {
      const vm = this.#options.make();
      this.#all.add(vm);
      return vm;
    } catch (error) {
      this.#budget.beginClosing(this.#account);
      this.#budget.endClosing(this.#account);
      throw error;
    }
  }

  /** Nobody waits for its end; a host that cannot close a VM says so when the function is closed. */
  #giveUp(vm: V, reason: string): void {
    this.#drop(vm, reason).catch(() => {});
  }

  #drop(vm: V, reason: string): Promise<void> {
    if (!this.#all.delete(vm)) return Promise.resolve();
    this.#budget.beginClosing(this.#account);
    return vm.close(reason).finally(() => this.#budget.endClosing(this.#account));
  }
}

function closed(): MayflyError {
  return new MayflyError("FUNCTION_CLOSED", "the function is closed");
}
