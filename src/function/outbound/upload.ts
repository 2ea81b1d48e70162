// upload.ts: a request's body in pieces, counted, and ended at once when its request is over.

export class Upload implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #count: (bytes: number) => void;
  #reject: ((error: unknown) => void) | undefined;
  #ended: { readonly error: unknown } | undefined;
  #complete = false;

  /** @param count told of each piece before it is sent; may throw */
  constructor(source: AsyncIterable<Uint8Array>, count: (bytes: number) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#count = count;
  }

  /** Whether all of it was handed over. */
  get isComplete(): boolean {
    return this.#complete;
  }

  /** Whoever waits for its next piece waits no more, and its source is told. */
  end(error: unknown): void {
    if (this.#ended !== undefined) return;
    this.#ended = { error };
    this.#reject?.(error);
    if (!this.#complete) this.#source.return?.().catch(() => undefined);
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => this.#next(),
      return: async () => {
        this.end(new Error("the body is not wanted any more"));
        return { done: true, value: undefined };
      },
    };
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#ended !== undefined) throw this.#ended.error;
    const result = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      this.#reject = reject;
      this.#source.next().then(resolve, reject);
    });
    if (result.done === true) this.#complete = true;
    else this.#count(result.value.length);
    return result;
  }
}
