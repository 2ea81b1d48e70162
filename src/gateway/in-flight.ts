// in-flight.ts: counts what is under way, and tells when nothing is.

export class InFlight {
  #count = 0;
  #onEmpty: (() => void) | undefined;

  get count(): number {
    return this.#count;
  }

  begin(): void {
    this.#count++;
  }

  /** Bound: may be handed over as a listener. */
  readonly end = (): void => {
    this.#count--;
    if (this.#count === 0) this.#onEmpty?.();
  };

  /** Resolves when nothing is under way. One waits. */
  empty(): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
    });
  }
}
