// guests.ts: where the VM of a request comes from: booted for it from an image, or one of a function's, put back behind it.
import type { ConsoleSink } from "../device/console.js";
import type { FetchFunction } from "../function/function.js";
import type { FunctionError } from "../function/function-error.js";
import type { Image } from "../image/image.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import type { LimitOptions } from "../monitor/limits.js";
import type { Monitor } from "../monitor/monitor.js";
import type { Vm } from "../monitor/vm.js";
import { HttpFailure } from "./http-failure.js";

/** What a VM cost one request: CPU time and wall time by step, ms. */
export interface GuestCost {
  readonly cpuMs: number;
  readonly steps: Readonly<Record<string, number>>;
}

/** The VM of one request. */
export interface Guest {
  readonly vm: Vm;
  /** Throws when the response is no handler's, but a runtime's word that there is none. */
  check(response: ExchangeResponse): Promise<void>;
  /** Lets go of the VM. Called once. */
  release(): Promise<GuestCost>;
}

/** One for each route. */
export interface Guests {
  take(console: ConsoleSink): Promise<Guest>;
  close(): Promise<void>;
}

/** A new VM for every request, booted from an image, closed behind it. */
export function bootedGuests(monitor: Monitor, image: Image, limits: LimitOptions): Guests {
  return {
    async take(console) {
      const vm = monitor.create(image, { limits, console });
      return {
        vm,
        async check() {},
        async release() {
          await vm.close();
          const { cpuMs, createMs, loadMs, bootMs, runMs, closeMs } = vm.stats;
          return { cpuMs, steps: { create: createMs + loadMs, boot: bootMs, run: runMs, close: closeMs } };
        },
      };
    },
    async close() {},
  };
}

/** A VM in fresh state for every request, from a function's snapshot. The function is closed with this. */
export function functionGuests(fn: FetchFunction): Guests {
  return {
    async take(console) {
      const { vm, startMs, giveBack } = await fn.lease({ console });
      let failure: FunctionError | undefined;
      const cpuBefore = vm.stats.cpuMs;
      const started = performance.now();
      return {
        vm,
        async check(response) {
          failure = await fn.failureOf(response);
          if (failure !== undefined)
            throw new HttpFailure(500, "function-failed", "the function failed", {
              reason: failure.code,
              cause: failure,
            });
        },
        async release() {
          const runMs = performance.now() - started;
          const cpuMs = vm.stats.cpuMs - cpuBefore;
          return { cpuMs, steps: { start: startMs, run: runMs, reset: await giveBack(failure) } };
        },
      };
    },
    close: () => fn.close(),
  };
}
