// observer.ts: what is told of a function's VMs and calls, to whoever measures or shows them.
import type { ErrorCode } from "../errors.js";

export type VmState = "starting" | "idle" | "running" | "resetting" | "closed";

export interface VmChange {
  /** Counts from 1. */
  readonly vm: number;
  readonly state: VmState;
  /** How long the state before lasted. */
  readonly ms?: number;
  /**
   * Why it was closed: "idle", "budget" (another function needed the memory), "served" (it serves one call), "discarded" (a call that failed),
   * "closed" (with the function), "failed" (it could not be made), or how its guest ended ("cpu-time-limit", …).
   */
  readonly reason?: string;
}

export interface CallDone {
  readonly ok: boolean;
  /** Why not. Absent, too, when its caller gave it up. */
  readonly code?: ErrorCode;
  /** Until there was a VM; `startMs` is part of it. */
  readonly waitMs: number;
  readonly startMs: number;
  readonly runMs: number;
  readonly resetMs: number;
  readonly cpuMs: number;
  readonly exits: Readonly<Record<string, number>>;
}

/** Told of everything that happens to one function's VMs and calls; it must not throw. Times in ms. */
export interface FunctionObserver {
  vm?(change: VmChange): void;
  /** Told when the call's VM has been put back or closed, or when there was none for it. */
  call?(done: CallDone): void;
}

/** A call for which there was no VM. */
export function refusedCall(waitMs: number, code: ErrorCode | undefined): CallDone {
  const none = { startMs: 0, runMs: 0, resetMs: 0, cpuMs: 0, exits: {} };
  return { ok: false, ...(code !== undefined && { code }), waitMs, ...none };
}
