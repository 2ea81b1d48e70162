// body-channel.ts: a response's body on its way from the guest to one reader, with back-pressure.

import type { ResponseBody } from "./message.js";

/** Unread bytes from which on the guest waits. */
const HIGH_WATER_BYTES = 256 * 1024;
/** Unread pieces from which on it waits, however small they are: each costs the host memory and time of its own. */
const HIGH_WATER_PIECES = 256;

const NOTHING = new Uint8Array(0);

/** One writer, one reader. */
export class BodyChannel implements ResponseBody {
  #pieces: Uint8Array[] = [];
  #unread = 0;
  #ended = false;
  #isHandedOver = false;
  #bytes = 0;
  #failure: { error: unknown } | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  #onHandedOver: (() => void) | undefined;

  get bytes(): number {
    return this.#bytes;
  }

  get isOver(): boolean {
    return this.#ended;
  }

  /** Hands over a piece; a promise when the writer is to wait for the reader. Pieces after the reader left are dropped. */
  push(piece: Uint8Array): void | Promise<void> {
    if (piece.length === 0 || this.#ended) return;
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#unread += piece.length;
    this.#wakeReader?.();
    if (this.#isFull)
      return new Promise((resolve) => {
        this.#wakeWriter = resolve;
      });
  }

  /** No more pieces will come. */
  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  /** The writer is done with everything, and not only with the body. */
  handOver(): void {
    this.#isHandedOver = true;
    this.#onHandedOver?.();
    this.#onHandedOver = undefined;
  }

  onceHandedOver(listener: () => void): void {
    if (this.#isHandedOver) listener();
    else this.#onHandedOver = listener;
  }

  takeWhole(): Uint8Array | undefined {
    if (!this.#ended || this.#failure !== undefined || this.#pieces.length > 1) return undefined;
    const [whole = NOTHING] = this.#pieces.splice(0);
    this.#unread = 0;
    return whole;
  }

  /** The rest will never come: the reader gets this error after the pieces so far. */
  fail(error: unknown): void {
    if (!this.#ended) {
      this.#failure = { error };
      this.end();
    }
    this.handOver();
  }

  get #isFull(): boolean {
    return this.#unread >= HIGH_WATER_BYTES || this.#pieces.length >= HIGH_WATER_PIECES;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array, void, undefined> {
    // Not a generator alone: one that was never asked for a piece runs nothing when it is let go of.
    const pieces = this.#read();
    return {
      next: () => pieces.next(),
      return: () => {
        this.#leave();
        return pieces.return();
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async *#read(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#unread -= piece.length;
        if (!this.#isFull) this.#wakeWriter?.();
        yield piece;
      } else if (this.#ended) {
        if (this.#failure !== undefined) throw this.#failure.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
        this.#wakeReader = undefined;
      }
    }
  }

  /** Nobody wants the rest. */
  #leave(): void {
    this.#pieces = [];
    this.end();
  }
}
