// function-vm.ts: one VM of a function, from before it is made until it is closed, and what is told of it meanwhile.
import type { ConsoleSink } from "../device/console.js";
import type { Vm } from "../monitor/vm.js";
import type { Meterstand } from "./bill.js";
import type { VmLife } from "./isolation.js";
import type { FunctionObserver, VmState } from "./observer.js";
import type { PooledVm } from "./pool/vm-pool.js";

export interface FunctionVmOptions {
  /** Counts from 1. */
  readonly number: number;
  /** Where console output goes, unless a call has a place of its own. */
  readonly console: ConsoleSink;
  readonly observer: FunctionObserver | undefined;
}

export class FunctionVm implements PooledVm {
  readonly vm: Vm;
  readonly #life: VmLife;
  readonly #options: FunctionVmOptions;
  #console: ConsoleSink;
  #startMs: number;
  /** Since when it has been in its state. */
  #since: number;
  #isNew = true;
  /** Told how long it took when the VM was put back, ms; 0 when it was not. */
  onReset: ((ms: number) => void) | undefined;
  /** Its counters as the last call left them, when that call was recorded. */
  meterstand: Meterstand | undefined;

  constructor(life: VmLife, options: FunctionVmOptions) {
    const started = performance.now();
    this.#since = started;
    this.#life = life;
    this.#options = options;
    this.#console = options.console;
    options.observer?.vm?.({ vm: options.number, state: "starting" });
    try {
      this.vm = life.make((bytes) => this.#console(bytes));
    } catch (error) {
      this.#tell("closed", "failed");
      throw error;
    }
    this.#startMs = performance.now() - started;
  }

  /** Counts the function's VMs, from 1. */
  get number(): number {
    return this.#options.number;
  }

  /**
   * A call begins.
   *
   * @param console where console output goes during it
   * @returns once its guest can take the request
   */
  begin(console: ConsoleSink | undefined): void | Promise<void> {
    this.#console = console ?? this.#options.console;
    if (this.#life.start !== undefined) return this.#start(this.#life.start);
    this.#tell("running");
  }

  /** What making it took, for the call that it was made for, ms; later 0. */
  takeStartMs(): number {
    const ms = this.#isNew ? this.#startMs : 0;
    this.#isNew = false;
    return ms;
  }

  renew(): void {
    const started = performance.now();
    if (this.#life.resets) this.#tell("resetting");
    this.#life.renew!(this.vm);
    // What it would still say goes nowhere else than it should.
    this.#console = this.#options.console;
    this.#tellReset(performance.now() - started);
  }

  rest(): void {
    this.#tell("idle");
  }

  close(reason: string): Promise<void> {
    this.#tellReset(0);
    return this.vm.close().finally(() => {
      // A call that was under way has only now come to its end.
      this.#tellReset(0);
      this.#tell("closed", reason);
    });
  }

  async #start(start: (vm: Vm) => Promise<void>): Promise<void> {
    const started = performance.now();
    await start(this.vm);
    this.#startMs += performance.now() - started;
    this.#tell("running");
  }

  #tellReset(ms: number): void {
    const told = this.onReset;
    this.onReset = undefined;
    told?.(ms);
  }

  #tell(state: VmState, reason?: string): void {
    const { observer, number } = this.#options;
    if (observer?.vm === undefined) return;
    const now = performance.now();
    const change = { vm: number, state, ms: now - this.#since };
    // Three times a call, and a copy costs more than all of the rest.
    observer.vm(reason === undefined ? change : { ...change, reason });
    this.#since = now;
  }
}
