// busy-error.ts: a call that found no VM free, and no place to wait for one or no VM in time.
import { MayflyError } from "../errors.js";

/** Nobody's misdeed: the same call may succeed a little later. */
export class FunctionBusyError extends MayflyError {
  /** "queue-full": too many wait already. "queue-time": no VM became free in time. */
  readonly reason: "queue-full" | "queue-time";
  /** When another attempt makes sense. */
  readonly retryAfterSeconds: number;

  constructor(reason: FunctionBusyError["reason"], queue: QueueBounds) {
    const got =
      reason === "queue-full"
        ? `all its VMs are busy, and ${queue.length} calls wait already`
        : `no VM became free within ${queue.ms} ms`;
    super("FUNCTION_BUSY", `the function is busy: ${got}`, {
      mend: "try again later, or raise maxVms, the budget or the queue's bounds",
    });
    this.name = "FunctionBusyError";
    this.reason = reason;
    // Whoever comes again after the longest wait finds a queue that has moved on.
    this.retryAfterSeconds = Math.max(1, Math.ceil(queue.ms / 1000));
  }
}

/** In front of a function. */
export interface QueueBounds {
  /** Calls that may wait for a VM. */
  readonly length: number;
  /** How long each waits at most, ms. */
  readonly ms: number;
}
