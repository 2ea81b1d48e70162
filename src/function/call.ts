// call.ts: one call of a function: a request into a VM, a response out of it, and what it cost.
import type { ConsoleSink } from "../device/console.js";
import { MayflyError } from "../errors.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import type { Bill } from "./bill.js";
import { CallRecord, tellRefused } from "./call-record.js";
import {
  closedError,
  endError,
  FunctionError,
  failureKind,
  failureOf,
  leavesSoundVm,
} from "./function-error.js";
import type { CheckedOptions } from "./function-options.js";
import type { FunctionVm } from "./function-vm.js";
import type { VmLife } from "./isolation.js";
import { AbortSource } from "./pool/abort-source.js";
import type { VmPool } from "./pool/vm-pool.js";
import type { RequestContext } from "./request-context.js";
import type { StackPlaces } from "./stack-places.js";
import { watchAbort } from "./watch-abort.js";
import { type Incoming, incoming } from "./web-request.js";
import { webResponse } from "./web-response.js";

export interface CallOptions extends RequestContext {
  /** Told once what the call cost, when its VM has been put back or is gone: behind the response. What it throws is dropped. */
  onBill?: (bill: Bill) => void;
  /** Where this call's console output goes. */
  console?: ConsoleSink;
}

/** What a call needs of its function. */
export interface Callee {
  readonly pool: VmPool<FunctionVm>;
  readonly life: VmLife;
  readonly options: CheckedOptions;
  readonly places: StackPlaces;
}

/** Calls the function. Rejects with a FunctionError when it was the function's own doing. */
export async function call(callee: Callee, request: Request, more: CallOptions): Promise<Response> {
  const { options } = callee;
  const asked = performance.now();
  const { signal } = request;
  signal.throwIfAborted();
  const arriving = incoming(request, options.limits.bodyBytes, more);
  const arrived = arriving instanceof Promise ? await arriving : arriving;
  const taken = takeFor(callee, asked, arrived, signal);
  const vm = taken instanceof Promise ? await taken : taken;
  const record = CallRecord.begin(vm, asked, { observer: options.observer, onBill: more.onBill });
  // Until the guest is done: then the VM is another call's.
  let isServing = true;
  const stop = (): void => {
    if (isServing) vm.vm.stop();
  };
  const unwatch = watchAbort(signal, stop);
  const onDone = (): void => {
    isServing = false;
    unwatch();
  };
  const served: Served = { vm, record, arrived, onDone };
  try {
    const starting = vm.begin(more.console && callee.places.console(more.console));
    if (starting !== undefined) await starting;
    record?.begun(vm.takeStartMs());
    served.response = await vm.vm.exchange(arrived.request);
    record?.answered();
    const kind = failureKind(served.response);
    if (kind !== undefined) throw await failureOf(served.response, kind, callee.places);
    const answer = webResponse(served.response, {
      method: request.method,
      bodyBytes: options.limits.bodyBytes,
      errorOf: (cause) => callersError(callee, cause, vm, signal),
      onTooLong: stop,
    });
    settle(callee, served, served.response, undefined);
    return answer;
  } catch (cause) {
    unwatch();
    const error = callersError(callee, cause, vm, signal);
    const isSound = callee.life.resets && error instanceof FunctionError && leavesSoundVm(error);
    if (isSound && served.response !== undefined) settle(callee, served, served.response, error);
    else await discard(callee, served, error);
    throw error;
  }
}

/** A VM for a request; a body that no VM will read is let go. */
function takeFor(
  callee: Callee,
  asked: number,
  arrived: Incoming,
  signal: AbortSignal,
): FunctionVm | Promise<FunctionVm> {
  const failed = (error: unknown): never => {
    arrived.letGo();
    throw error;
  };
  try {
    signal.throwIfAborted();
    const taken = take(callee, asked, new AbortSource(signal));
    return taken instanceof Promise ? taken.catch(failed) : taken;
  } catch (error) {
    return failed(error);
  }
}

/** A VM for a call, once there is one. */
export function take(
  { pool, options }: Callee,
  asked: number,
  abort: AbortSource,
): FunctionVm | Promise<FunctionVm> {
  const refused = (error: unknown): never => {
    tellRefused(options.observer, asked, error);
    throw error;
  };
  try {
    const taken = pool.take(abort);
    return taken instanceof Promise ? taken.catch(refused) : taken;
  } catch (error) {
    return refused(error);
  }
}

/** A call that has a VM. */
interface Served {
  readonly vm: FunctionVm;
  readonly record: CallRecord | undefined;
  readonly arrived: Incoming;
  /** The VM is not this call's any more. */
  readonly onDone: () => void;
  response?: ExchangeResponse;
}

/** Once the guest is done, its VM goes back to the pool, or is gone when it ended meanwhile. */
function settle(callee: Callee, served: Served, response: ExchangeResponse, error: unknown): void {
  const { vm, record, arrived, onDone } = served;
  response.body.onceHandedOver(() => {
    onDone();
    const { end } = vm.vm;
    const failed = error ?? (end && endError(end, undefined, callee.places));
    record?.done({ response, bytesIn: arrived.bytesIn(), error: failed });
    if (end === undefined) callee.pool.release(vm);
    // The caller reads of the failure in the body; a host that cannot close a VM says so when the function is closed.
    else callee.pool.discard(vm, end.reason).catch(() => {});
  });
}

function discard({ pool }: Callee, { vm, record, arrived, onDone }: Served, error: unknown): Promise<void> {
  onDone();
  record?.done({ bytesIn: arrived.bytesIn(), error });
  return pool.discard(vm, vm.vm.end?.reason ?? "discarded");
}

function callersError(callee: Callee, cause: unknown, { vm }: FunctionVm, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const isOfVm = cause instanceof MayflyError && cause.code === "VM_ENDED";
  const { end } = vm;
  if (!isOfVm || end === undefined) return cause;
  const isClosed = end.reason === "stopped" && callee.pool.isClosed;
  return isClosed ? closedError(end, cause) : endError(end, cause, callee.places);
}
