// call.ts: one call of a function: a request into a VM, a response out of it, and what it cost.
import type { ConsoleSink } from "../device/console.js";
import { MayflyError } from "../errors.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import { type Bill, Meterstand } from "./bill.js";
import { endError, FunctionError, failureKind, failureOf, leavesSoundVm } from "./function-error.js";
import type { CheckedOptions } from "./function-options.js";
import type { StackPlaces } from "./stack-places.js";
import type { VmPool } from "./vm-pool.js";
import type { WarmVm } from "./warm-vm.js";
import { watchAbort } from "./watch-abort.js";
import { type Incoming, incoming } from "./web-request.js";
import { webResponse } from "./web-response.js";

export interface CallOptions {
  /** Told once what the call cost, when its VM has been put back or is gone: behind the response. What it throws is dropped. */
  onBill?: (bill: Bill) => void;
  /** Where this call's console output goes. */
  console?: ConsoleSink;
}

/** What a call needs of its function. */
export interface Callee {
  readonly pool: VmPool;
  readonly options: CheckedOptions;
  readonly places: StackPlaces;
}

/** Calls the function. Rejects with a FunctionError when it was the function's own doing. */
export async function call(callee: Callee, request: Request, more: CallOptions): Promise<Response> {
  const { pool, options } = callee;
  const asked = performance.now();
  const { signal } = request;
  signal.throwIfAborted();
  const arriving = incoming(request, options.limits.bodyBytes);
  const arrived = arriving instanceof Promise ? await arriving : arriving;
  const taken = takeVm(pool, arrived, signal);
  const warm = taken instanceof Promise ? await taken : taken;
  const billing = more.onBill === undefined ? undefined : new Billing(warm, asked, arrived, more.onBill);
  warm.calls++;
  warm.console = more.console && callee.places.console(more.console);
  // Until the guest is done: then the VM is another call's.
  let isServing = true;
  const stop = (): void => {
    if (isServing) warm.vm.stop();
  };
  const unwatch = watchAbort(signal, stop);
  let response: ExchangeResponse | undefined;
  try {
    response = await warm.vm.exchange(arrived.request);
    billing?.answered();
    const kind = failureKind(response);
    if (kind !== undefined) throw await failureOf(response, kind, callee.places);
    const answer = webResponse(response, {
      method: request.method,
      bodyBytes: options.limits.bodyBytes,
      errorOf: (cause) => callersError(cause, warm, signal),
      onTooLong: stop,
    });
    settle(callee, warm, response, billing, () => {
      isServing = false;
      unwatch();
    });
    return answer;
  } catch (cause) {
    unwatch();
    const error = callersError(cause, warm, signal);
    if (response !== undefined && error instanceof FunctionError && leavesSoundVm(error))
      settle(callee, warm, response, billing, () => {});
    else await discard(pool, warm, billing);
    throw error;
  }
}

/** A VM for a request; a body that no VM will read is let go. */
function takeVm(pool: VmPool, arrived: Incoming, signal: AbortSignal): WarmVm | Promise<WarmVm> {
  const failed = (error: unknown): never => {
    arrived.letGo();
    throw error;
  };
  try {
    signal.throwIfAborted();
    const taken = pool.take(signal);
    return taken instanceof Promise ? taken.catch(failed) : taken;
  } catch (error) {
    return failed(error);
  }
}

/** Once the guest is done, its VM goes back to the pool, or is gone when it ended meanwhile. */
function settle(
  { pool }: Callee,
  warm: WarmVm,
  response: ExchangeResponse,
  billing: Billing | undefined,
  onDone: () => void,
): void {
  response.body.onceHandedOver(() => {
    onDone();
    billing?.done(response);
    if (warm.vm.end === undefined) pool.release(warm);
    // The caller reads of the failure in the body; a host that cannot close a VM says so when the function is closed.
    else discard(pool, warm, undefined).catch(() => {});
  });
}

function discard(pool: VmPool, warm: WarmVm, billing: Billing | undefined): Promise<void> {
  billing?.done(undefined);
  return pool.discard(warm);
}

function callersError(cause: unknown, { vm }: WarmVm, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const isOfVm = cause instanceof MayflyError && cause.code === "VM_ENDED";
  return isOfVm && vm.end !== undefined ? endError(vm.end, cause) : cause;
}

/** Puts the bill together while the call goes on. */
class Billing {
  readonly #warm: WarmVm;
  readonly #asked: number;
  readonly #arrived: Incoming;
  readonly #onBill: (bill: Bill) => void;
  readonly #before: Meterstand;
  readonly #begun: number;
  readonly #startMs: number;
  #answered: number | undefined;

  constructor(warm: WarmVm, asked: number, arrived: Incoming, onBill: (bill: Bill) => void) {
    this.#warm = warm;
    this.#asked = asked;
    this.#arrived = arrived;
    this.#onBill = onBill;
    this.#startMs = warm.calls === 0 ? warm.startMs : 0;
    this.#before = new Meterstand(warm.vm);
    this.#begun = performance.now();
  }

  answered(): void {
    this.#answered = performance.now();
  }

  /** The guest is done, and its VM not yet put back. */
  done(response: ExchangeResponse | undefined): void {
    const now = performance.now();
    const answered = this.#answered ?? now;
    const bill = {
      ...this.#before.used(),
      bytesIn: this.#arrived.bytesIn(),
      bytesOut: response?.body.bytes ?? 0,
      memoryBytes: response === undefined ? 0 : this.#warm.vm.residentBytes,
    };
    const wallMs = {
      wait: this.#begun - this.#asked,
      start: this.#startMs,
      run: answered - this.#begun,
      rest: now - answered,
    };
    this.#warm.onReset = (reset) => {
      try {
        this.#onBill({ ...bill, wallMs: { ...wallMs, reset } });
      } catch {
        // Whoever reads bills badly must not cost anybody a VM.
      }
    };
  }
}
