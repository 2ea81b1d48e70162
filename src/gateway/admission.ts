// admission.ts: how many VMs there may be at once, and who waits for how long when they are all busy.
import type { Client } from "./client.js";
import { clientGone, HttpFailure } from "./http-failure.js";

export interface Concurrency {
  /** VMs at once. */
  readonly vms: number;
  /** Requests that may wait for one. */
  readonly queue: number;
  /** How long a request waits at most, ms. */
  readonly queueMs: number;
}

interface Waiting {
  readonly admit: () => void;
  readonly refuse: (failure: HttpFailure) => void;
}

/** A bounded number of places and a bounded queue for them, first come, first served. */
export class Admission {
  readonly #bounds: Concurrency;
  /** In the order they came. */
  readonly #queue = new Set<Waiting>();
  #taken = 0;

  constructor(bounds: Concurrency) {
    this.#bounds = bounds;
  }

  /** VMs that exist or are about to. */
  get taken(): number {
    return this.#taken;
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Takes a place, at once if one is free. Whoever took it calls `leave`.
   *
   * @throws HttpFailure 503 with `Retry-After` when the queue is full or the wait is too long; client-gone
   */
  enter(client: Client): void | Promise<void> {
    if (this.#taken < this.#bounds.vms) {
      this.#taken++;
      return;
    }
    if (this.#queue.size >= this.#bounds.queue)
      throw this.#overload("all virtual machines are busy and the queue is full", "queue-full");
    return this.#wait(client);
  }

  /** Gives a place back: to whoever waits longest, if anybody does. */
  leave(): void {
    const next = this.#queue.values().next();
    if (next.done === true) this.#taken--;
    else next.value.admit();
  }

  /** Sends everybody in the queue away. */
  refuseWaiting(failure: HttpFailure): void {
    for (const waiting of this.#queue) waiting.refuse(failure);
  }

  #wait(client: Client): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const leaveQueue = (): void => {
        this.#queue.delete(waiting);
        clearTimeout(timer);
        client.onGone = undefined;
      };
      const waiting: Waiting = {
        admit: () => {
          leaveQueue();
          resolve();
        },
        refuse: (failure) => {
          leaveQueue();
          reject(failure);
        },
      };
      const timer = setTimeout(
        () => waiting.refuse(this.#overload("no virtual machine became free in time", "queue-time")),
        this.#bounds.queueMs,
      );
      client.onGone = () => waiting.refuse(clientGone());
      this.#queue.add(waiting);
    });
  }

  #overload(message: string, reason: string): HttpFailure {
    // Whoever comes again after the longest wait finds a queue that has moved on.
    const retryAfterSeconds = Math.max(1, Math.ceil(this.#bounds.queueMs / 1000));
    return new HttpFailure(503, "overload", message, { reason, retryAfterSeconds });
  }
}
