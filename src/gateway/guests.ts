// guests.ts: the VM of one request: taken from its function, given back behind it, and what it cost.
import type { ConsoleSink } from "../device/console.js";
import type { FetchFunction } from "../function/function.js";
import { type FunctionError, failureKind } from "../function/function-error.js";
import type { Lease } from "../function/lease.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import type { Vm } from "../monitor/vm.js";
import { HttpFailure } from "./http-failure.js";

/** What a VM cost one request: CPU time and wall time by step, ms. */
export interface GuestCost {
  readonly cpuMs: number;
  /** queue: until there was a VM, start: making it, run, and behind the response reset, or close. */
  readonly steps: Readonly<Record<string, number>>;
}

/** The VM of one request. */
export class Guest {
  readonly #fn: FetchFunction;
  readonly #lease: Lease;
  readonly #cpuBefore: number;
  readonly #started = performance.now();
  /** When its VM was let go of. */
  #released: number | undefined;
  #failure: FunctionError | undefined;

  private constructor(fn: FetchFunction, lease: Lease) {
    this.#fn = fn;
    this.#lease = lease;
    this.#cpuBefore = lease.vm.counters.cpuMs;
  }

  /**
   * Takes a VM, at once when one is there.
   *
   * @param signal asked for when the request has to wait: gives the wait up when it aborts
   * @throws FunctionBusyError; FunctionError FUNCTION_NOT_STARTED when it did not come to its first request; the signal's reason
   */
  static take(
    fn: FetchFunction,
    options: { readonly console: ConsoleSink; readonly signal: () => AbortSignal },
  ): Guest | Promise<Guest> {
    const leased = fn.lease(options);
    return leased instanceof Promise ? leased.then((lease) => new Guest(fn, lease)) : new Guest(fn, leased);
  }

  get vm(): Vm {
    return this.#lease.vm;
  }

  /** Its number among its function's. */
  get number(): number {
    return this.#lease.number;
  }

  /** Throws when the response is no handler's, but a runtime's word that there is none. */
  check(response: ExchangeResponse): void | Promise<void> {
    if (failureKind(response) !== undefined) return this.#fail(response);
  }

  /** What it cost until now, ms by step. */
  soFar(): { readonly queue: number; readonly start: number; readonly run: number } {
    const { waitMs, startMs } = this.#lease;
    return {
      queue: waitMs - startMs,
      start: startMs,
      run: (this.#released ?? performance.now()) - this.#started,
    };
  }

  /** Lets go of the VM, as soon as its guest is done. Called once. */
  async release(): Promise<GuestCost> {
    this.#released = performance.now();
    const { queue, start, run } = this.soFar();
    const cpuMs = this.vm.counters.cpuMs - this.#cpuBefore;
    const behind = await this.#lease.giveBack(this.#failure);
    const isBooted = this.#fn.isolation === "boot";
    return {
      cpuMs,
      steps: isBooted ? { queue, start, run, close: behind } : { queue, start, run, reset: behind },
    };
  }

  /** What a response broke off with: the function's own failure, when it is one. */
  brokenOff(error: unknown): unknown {
    const { end } = this.vm;
    if (end?.reason !== "response-abandoned") return error;
    this.#failure = this.#fn.failureOfEnd(end, error);
    return functionFailed(this.#failure);
  }

  async #fail(response: ExchangeResponse): Promise<void> {
    this.#failure = await this.#fn.failureOf(response);
    if (this.#failure !== undefined) throw functionFailed(this.#failure);
  }
}

function functionFailed(cause: FunctionError): HttpFailure {
  return new HttpFailure(500, "function-failed", "the function failed", { reason: cause.code, cause });
}
