// stop.ts: what ends a request before its time: its caller, its time limit, or a count that is over.

export class Stop {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal;
  readonly #onOuter = (): void => this.now(this.#outer.reason);

  constructor(outer: AbortSignal, timeoutMs: number, timeout: () => Error) {
    this.#outer = outer;
    outer.addEventListener("abort", this.#onOuter, { once: true });
    this.#timer = setTimeout(() => this.now(timeout()), timeoutMs);
  }

  /** Aborted with the reason for which the request ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  now(reason: unknown): void {
    this.#controller.abort(reason);
    this.done();
  }

  /** Nothing is left to stop. */
  done(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#onOuter);
  }
}
