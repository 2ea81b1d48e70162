// stop.ts: what ends a request before its time: its caller, its time limit, or a count that is over.

export class Stop {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal;
  readonly #onOuter = (): void => this.now(this.#outer.reason);

  constructor(outer: AbortSignal, timeoutMs: number, timeout: () => Error) {
    this.#outer = outer;
    outer.addEventListener("abort", this.#onOuter, { once: true });
    // What is under way keeps the process by its socket or look-up; a response that nobody reads must not.
    this.#timer = setTimeout(() => this.now(timeout()), timeoutMs).unref();
  }

  /** Aborted with the reason for which the request ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Streams can only be destroyed with an error: what else a signal's reason may be becomes the cause of one. */
  now(reason: unknown): void {
    this.#controller.abort(reason instanceof Error ? reason : new Error("stopped", { cause: reason }));
    this.done();
  }

  /** Nothing is left to stop. */
  done(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#onOuter);
  }
}
