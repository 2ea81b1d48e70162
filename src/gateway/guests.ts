// guests.ts: the VM of one request: taken from its function, given back behind it, and what it cost.
import type { ConsoleSink } from "../device/console.js";
import type { FetchFunction } from "../function/function.js";
import type { FunctionError } from "../function/function-error.js";
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
export interface Guest {
  readonly vm: Vm;
  /** Its number among its function's. */
  readonly number: number;
  /** Throws when the response is no handler's, but a runtime's word that there is none. */
  check(response: ExchangeResponse): Promise<void>;
  /** What it cost until now, ms by step. */
  soFar(): Readonly<Record<string, number>>;
  /** Lets go of the VM, as soon as its guest is done. Called once. */
  release(): Promise<GuestCost>;
}

/**
 * Takes a VM.
 *
 * @param signal gives the wait for one up when it aborts
 * @throws FunctionBusyError; FunctionError FUNCTION_NOT_STARTED when it did not come to its first request; the signal's reason
 */
export async function takeGuest(
  fn: FetchFunction,
  options: { readonly console: ConsoleSink; readonly signal: AbortSignal },
): Promise<Guest> {
  const { vm, number, waitMs, startMs, giveBack } = await fn.lease(options);
  let failure: FunctionError | undefined;
  const cpuBefore = vm.counters.cpuMs;
  const started = performance.now();
  const soFar = () => ({
    queue: waitMs - startMs,
    start: startMs,
    run: performance.now() - started,
  });
  return {
    vm,
    number,
    soFar,
    async check(response) {
      failure = await fn.failureOf(response);
      if (failure !== undefined)
        throw new HttpFailure(500, "function-failed", "the function failed", {
          reason: failure.code,
          cause: failure,
        });
    },
    async release() {
      const steps = soFar();
      const cpuMs = vm.counters.cpuMs - cpuBefore;
      const behind = await giveBack(failure);
      const last = fn.isolation === "boot" ? { close: behind } : { reset: behind };
      return { cpuMs, steps: { ...steps, ...last } };
    },
  };
}
