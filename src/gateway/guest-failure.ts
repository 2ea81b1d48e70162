// guest-failure.ts: how a VM's end looks from outside: a status, a code, and words that tell nothing of the guest's inside.

import { FunctionBusyError } from "../function/busy-error.js";
import { FunctionError } from "../function/function-error.js";
import type { Vm } from "../monitor/vm.js";
import type { VmEnd, VmEndReason } from "../monitor/vm-end.js";
import { HttpFailure } from "./http-failure.js";

/** Sentences for clients. The end's own message has addresses in it: that one is for the log. */
const MESSAGES: Readonly<Record<VmEndReason, string>> = {
  halt: "the guest ended before it answered",
  stopped: "the VM was stopped before it answered",
  "wall-time-limit": "the guest used up its wall time",
  "cpu-time-limit": "the guest used up its CPU time",
  "machine-failed": "the machine failed under the guest",
  "bad-pointer": "the guest gave the monitor memory that it may not use",
  "bad-hypercall": "the guest made a hypercall that does not exist",
  exception: "the guest raised an exception that it does not handle",
  "triple-fault": "the guest failed to handle its own exceptions",
  "privileged-instruction": "the guest executed an instruction that no guest may execute",
  "memory-limit": "the guest used up its memory",
  "response-abandoned": "the guest abandoned its response",
  "exchange-violation": "the guest broke the protocol of the exchange",
};

/**
 * What to tell a client whose request failed.
 *
 * @param error what the exchange, or the reading of its body, threw
 * @param vm the VM that had the request, if it came to one
 */
export function failureOf(error: unknown, vm: Vm | undefined): HttpFailure {
  if (error instanceof HttpFailure) return error;
  if (error instanceof FunctionBusyError) {
    const { reason, retryAfterSeconds } = error;
    return new HttpFailure(503, "overload", "no virtual machine became free", { reason, retryAfterSeconds });
  }
  // A VM that did not come to its first request ended before anybody had it.
  if (error instanceof FunctionError && error.end !== undefined) return failureOfStart(error.end, error);
  // One that is booted for each call may fail to warm up.
  if (error instanceof FunctionError)
    return new HttpFailure(500, "function-failed", "the function failed", {
      reason: error.code,
      cause: error,
    });
  const end = vm?.end;
  // A VM that was stopped because the host failed says "stopped": the error says more.
  if (vm === undefined || end === undefined || end.reason === "stopped")
    return new HttpFailure(500, "host-failed", "this host failed to run a virtual machine", { cause: error });
  return failureOfEnd(end);
}

function failureOfStart(end: VmEnd, cause: FunctionError): HttpFailure {
  if (end.reason !== "halt") return failureOfEnd(end, cause);
  return new HttpFailure(502, "guest-crashed", "the guest ended without taking a request", {
    reason: "no-exchange",
    mend: "serve an image that speaks the exchange (docs/abi.md), and run this one with mayfly run",
  });
}

function failureOfEnd({ reason }: VmEnd, cause?: unknown): HttpFailure {
  const message = MESSAGES[reason];
  const details = cause === undefined ? { reason } : { reason, cause };
  if (reason === "wall-time-limit" || reason === "cpu-time-limit")
    return new HttpFailure(504, "time-out", message, details);
  return new HttpFailure(502, "guest-crashed", message, details);
}
