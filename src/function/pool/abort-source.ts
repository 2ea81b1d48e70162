// abort-source.ts: the signal of a wait that may never come: made, where it must be made, when somebody really waits.

export class AbortSource {
  readonly #make: (() => AbortSignal) | undefined;
  #signal: AbortSignal | undefined;

  constructor(source: AbortSignal | (() => AbortSignal) | undefined) {
    if (typeof source === "function") this.#make = source;
    else this.#signal = source;
  }

  /** Of this wait; undefined when nothing can abort it. */
  get signal(): AbortSignal | undefined {
    this.#signal ??= this.#make?.();
    return this.#signal;
  }

  /** Makes nothing: what nobody waits with has not aborted. */
  throwIfAborted(): void {
    this.#signal?.throwIfAborted();
  }
}
