// outbound-upload.ts: the body of a request to the outside on its way from the guest to the client, with back-pressure.

/** Unread bytes from which on the guest is told to come again. */
const HIGH_WATER_BYTES = 64 * 1024;
/** Unread pieces from which on it is, however small they are: each costs the host memory and time of its own. */
const HIGH_WATER_PIECES = 64;

/** One writer that never waits, one reader. */
export class Upload implements AsyncIterable<Uint8Array> {
  #pieces: Uint8Array[] = [];
  #unread = 0;
  #isOver = false;
  #wakeReader: (() => void) | undefined;
  readonly #onRoom: () => void;

  /** @param onRoom called when there is room again */
  constructor(onRoom: () => void) {
    this.#onRoom = onRoom;
  }

  get hasRoom(): boolean {
    return this.#unread < HIGH_WATER_BYTES && this.#pieces.length < HIGH_WATER_PIECES;
  }

  get unreadBytes(): number {
    return this.#unread;
  }

  /** Hands over a copy of a piece. Pieces that nobody wants any more are dropped. */
  push(piece: Uint8Array, isLast: boolean): void {
    if (this.#isOver) return;
    if (piece.length > 0) {
      this.#pieces.push(piece.slice());
      this.#unread += piece.length;
    }
    this.#isOver = isLast;
    this.#wakeReader?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#unread -= piece.length;
          if (this.hasRoom) this.#onRoom();
          yield piece;
        } else if (this.#isOver) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve;
          });
        }
      }
    } finally {
      this.drop();
    }
  }

  /** Nobody wants the rest: a guest that still writes it does not wait. */
  drop(): void {
    this.#isOver = true;
    this.#pieces = [];
    this.#unread = 0;
    this.#wakeReader?.();
    this.#onRoom();
  }
}
