// piece-queue.ts: a response's body between the socket and its reader: pushed on one side, awaited on the other. No I/O.

export interface PieceQueueEvents {
  /** The queue is empty again, and its reader waits. */
  onDrained(): void;
  /** The reader wants no more. */
  onGivenUp(): void;
}

/** Has one reader, who asks for one piece at a time. */
export class PieceQueue implements AsyncIterableIterator<Uint8Array> {
  readonly #events: PieceQueueEvents;
  #pieces: Uint8Array[] = [];
  #bytes = 0;
  #over: { readonly error?: unknown } | undefined;
  #reader: Reader | undefined;

  constructor(events: PieceQueueEvents) {
    this.#events = events;
  }

  /** Bytes that wait for the reader. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether nothing is left to read, and nothing went wrong. */
  get isAtEnd(): boolean {
    return this.#over !== undefined && !("error" in this.#over) && this.#pieces.length === 0;
  }

  push(piece: Uint8Array): void {
    if (this.#over !== undefined || piece.length === 0) return;
    if (this.#reader !== undefined) {
      this.#answer((reader) => reader.resolve({ done: false, value: piece }));
    } else {
      this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
  }

  /** No more will come. */
  end(): void {
    this.#over ??= {};
    if (this.#pieces.length === 0) this.#answer((reader) => reader.resolve({ done: true, value: undefined }));
  }

  /** What waits is lost with the rest. */
  fail(error: unknown): void {
    if (this.#over !== undefined && this.#pieces.length === 0) return;
    this.#over = { error };
    this.#pieces = [];
    this.#bytes = 0;
    this.#answer((reader) => reader.reject(error));
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#pieces.shift();
    if (value !== undefined) {
      this.#bytes -= value.length;
      return { done: false, value };
    }
    if (this.#over !== undefined) return this.#last(this.#over);
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
      this.#events.onDrained();
    });
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    const early = this.#over === undefined;
    this.#over = {};
    this.#pieces = [];
    this.#bytes = 0;
    this.#answer((reader) => reader.resolve({ done: true, value: undefined }));
    if (early) this.#events.onGivenUp();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** A failure is told once. */
  #last(over: { readonly error?: unknown }): IteratorResult<Uint8Array> {
    this.#over = {};
    if ("error" in over) throw over.error;
    return { done: true, value: undefined };
  }

  #answer(by: (reader: Reader) => void): void {
    const reader = this.#reader;
    this.#reader = undefined;
    if (reader !== undefined) by(reader);
  }
}

interface Reader {
  resolve(result: IteratorResult<Uint8Array>): void;
  reject(error: unknown): void;
}
