// call-record.ts: what one call cost, put together while it goes on, for its bill and for the function's observer.
import { MayflyError } from "../errors.js";
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import { type Bill, Meterstand } from "./bill.js";
import type { FunctionVm } from "./function-vm.js";
import { type CallDone, type FunctionObserver, refusedCall } from "./observer.js";

export interface Listeners {
  readonly observer: FunctionObserver | undefined;
  readonly onBill?: ((bill: Bill) => void) | undefined;
}

/** Begun when there is a VM, and it may still have to start. */
export class CallRecord {
  readonly #vm: FunctionVm;
  readonly #listeners: Listeners;
  readonly #asked: number;
  readonly #meterstand: Meterstand;
  #begun = 0;
  #startMs = 0;
  #answered: number | undefined;

  /** Undefined when nobody wants to know. */
  static begin(vm: FunctionVm, asked: number, listeners: Listeners): CallRecord | undefined {
    const isWanted = listeners.onBill !== undefined || listeners.observer?.call !== undefined;
    if (isWanted) return new CallRecord(vm, asked, listeners);
    // What this call uses shall be on nobody's bill.
    vm.meterstand = undefined;
    return undefined;
  }

  private constructor(vm: FunctionVm, asked: number, listeners: Listeners) {
    this.#vm = vm;
    this.#asked = asked;
    this.#listeners = listeners;
    vm.meterstand ??= new Meterstand(vm.vm);
    this.#meterstand = vm.meterstand;
  }

  /** The guest gets the request now. */
  begun(startMs: number): void {
    this.#begun = performance.now();
    this.#startMs = startMs;
  }

  answered(): void {
    this.#answered = performance.now();
  }

  /** The guest is done, and its VM not yet put back. */
  done({
    response,
    bytesIn,
    error,
  }: {
    response?: ExchangeResponse;
    bytesIn?: number;
    error?: unknown;
  }): void {
    const now = performance.now();
    // A VM that did not even start.
    const begun = this.#begun === 0 ? now : this.#begun;
    const answered = this.#answered ?? now;
    const used = this.#meterstand.used();
    const wait = begun - this.#asked;
    const { onBill, observer } = this.#listeners;
    const bill = onBill && {
      ...used,
      bytesIn: bytesIn ?? 0,
      bytesOut: response?.body.bytes ?? 0,
      memoryBytes: this.#vm.vm.residentBytes,
    };
    const wallMs = { wait, start: this.#startMs, run: answered - begun, rest: now - answered };
    this.#vm.onReset = (reset) => {
      if (bill !== undefined) tell(() => onBill!({ ...bill, wallMs: { ...wallMs, reset } }));
      if (observer?.call === undefined) return;
      const { cpuMs, exits } = used;
      const runMs = now - begun;
      const done = {
        ok: error === undefined,
        waitMs: wait,
        startMs: this.#startMs,
        runMs,
        resetMs: reset,
        cpuMs,
        exits,
      };
      // Most calls fail nowhere, and copying an object costs more than all of the rest.
      observer.call(error === undefined ? done : { ...done, ...outcome(error) });
    };
  }
}

/** Whoever reads bills badly must not cost anybody a VM. */
function tell(listener: () => void): void {
  try {
    listener();
  } catch {
    // Nobody is there to hear of it.
  }
}

/** Tells the observer of a call for which there was no VM. */
export function tellRefused(observer: FunctionObserver | undefined, asked: number, error: unknown): void {
  observer?.call?.(refusedCall(performance.now() - asked, outcome(error).code));
}

function outcome(error: unknown): Pick<CallDone, "ok" | "code"> {
  if (error === undefined) return { ok: true };
  return error instanceof MayflyError ? { ok: false, code: error.code } : { ok: false };
}
