// lease.ts: one VM of a function for one exchange, for servers that speak the exchange themselves.
import type { ConsoleSink } from "../device/console.js";
import type { Vm } from "../monitor/vm.js";
import { type Callee, take } from "./call.js";
import { CallRecord } from "./call-record.js";
import { endError } from "./function-error.js";
import type { FunctionVm } from "./function-vm.js";
import { AbortSource } from "./pool/abort-source.js";
import { watchAbort } from "./watch-abort.js";

export interface LeaseOptions {
  /** Where its console output goes. */
  readonly console?: ConsoleSink;
  /**
   * Gives the wait for a VM up when it aborts; once there is one, it is the lessee's. What makes a signal is asked only when there is a wait,
   * once: most leases have none.
   */
  readonly signal?: AbortSignal | (() => AbortSignal);
}

export interface Lease {
  /** It takes one request. */
  readonly vm: Vm;
  /** Its number among the function's VMs, as observers are told it. */
  readonly number: number;
  /** Until there was a VM, ms. */
  readonly waitMs: number;
  /** What making it took, part of `waitMs`; 0 when it was there. */
  readonly startMs: number;
  /**
   * Gives the VM back: to be put back when its guest is done, else it is closed. A second call gives the same promise.
   *
   * @param failure why the request failed, if it did: `FetchFunction.failureOf` for the function's own doing
   * @returns how long putting it back, or closing one that serves nobody else, took, ms
   */
  giveBack(failure?: unknown): Promise<number>;
}

/** Takes a VM: at once when one is there, which a promise would only hold up. */
export function lease(
  callee: Callee,
  console: LeaseOptions["console"] | undefined,
  signal: LeaseOptions["signal"] | undefined,
): Lease | Promise<Lease> {
  const asked = performance.now();
  const abort = new AbortSource(signal);
  abort.throwIfAborted();
  const begin = (vm: FunctionVm): Lease | Promise<Lease> => {
    const record = CallRecord.begin(vm, asked, callee.options);
    const starting = vm.begin(console);
    if (starting === undefined) return leased(callee, vm, record, asked);
    return started(starting, { callee, vm, record, signal: abort.signal }).then(() =>
      leased(callee, vm, record, asked),
    );
  };
  const taken = take(callee, asked, abort);
  return taken instanceof Promise ? taken.then(begin) : begin(taken);
}

function leased(callee: Callee, vm: FunctionVm, record: CallRecord | undefined, asked: number): Lease {
  const startMs = vm.takeStartMs();
  record?.begun(startMs);
  let given: Promise<number> | undefined;
  return {
    vm: vm.vm,
    number: vm.number,
    waitMs: performance.now() - asked,
    startMs,
    giveBack(failure) {
      given ??= giveBack(callee, vm, record, failure);
      return given;
    },
  };
}

/** Waits until a VM is ready for its first request; one that is not, or for which nobody waits any more, is closed. */
async function started(
  starting: Promise<void>,
  {
    callee,
    vm,
    record,
    signal,
  }: {
    readonly callee: Callee;
    readonly vm: FunctionVm;
    readonly record: CallRecord | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<void> {
  const unwatch = signal && watchAbort(signal, () => vm.vm.stop());
  try {
    await starting;
  } catch (error) {
    record?.done({ error });
    await callee.pool.discard(vm, vm.vm.end?.reason ?? "discarded");
    throw signal?.aborted ? signal.reason : error;
  } finally {
    unwatch?.();
  }
}

async function giveBack(
  { pool, life, places }: Callee,
  vm: FunctionVm,
  record: CallRecord | undefined,
  failure: unknown,
): Promise<number> {
  const { idle, end } = vm.vm;
  // Whoever holds the lease reads of the guest's end where it hurts: that the call failed is known here.
  const failed = failure ?? (end && end.reason !== "stopped" ? endError(end, undefined, places) : undefined);
  record?.done({ error: failed });
  if (life.renew === undefined) {
    const started = performance.now();
    await pool.discard(vm, end?.reason ?? "served");
    return performance.now() - started;
  }
  if (!idle || (failure !== undefined && !life.resets)) {
    await pool.discard(vm, end?.reason ?? "discarded");
    return 0;
  }
  const reset = new Promise<number>((resolve) => {
    const told = vm.onReset;
    vm.onReset = (ms) => {
      resolve(ms);
      told?.(ms);
    };
  });
  pool.release(vm);
  return reset;
}
