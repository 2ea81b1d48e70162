// response-body.ts: a response's body as a guest reads it: counted, and over exactly once.

export interface BodyEvents {
  /** Told of each piece; may throw, and the body fails so. */
  count(bytes: number): void;
  /** The body is over: read to its end, failed, or not wanted any more. */
  onOver(error: unknown): void;
  /** What its reader is told of an error. */
  wording(error: unknown): unknown;
}

export class ResponseBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #events: BodyEvents;

  constructor(source: AsyncIterator<Uint8Array>, events: BodyEvents) {
    this.#source = source;
    this.#events = events;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = await this.#source.next();
      if (result.done === true) this.#events.onOver(undefined);
      else this.#events.count(result.value.length);
      return result;
    } catch (error) {
      const worded = this.#events.wording(error);
      this.#events.onOver(worded);
      throw worded;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#events.onOver(new Error("the response is not wanted any more"));
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
