// frame-queue.ts: a bounded queue of frames with listeners. When it is full, new frames are dropped and counted.

/** Frames on their way to one port. */
export class FrameQueue {
  /** Frames that came while the queue was full, or that did not fit their reader. */
  dropped = 0;
  readonly #limit: number;
  readonly #frames: Uint8Array[] = [];
  readonly #listeners = new Set<() => void>();

  /** @param limit frames kept at most */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  /** Takes a copy of the frame. */
  push(frame: Uint8Array): void {
    if (this.#frames.length >= this.#limit) {
      this.dropped++;
      return;
    }
    // Not slice(): a Buffer's would be no copy.
    this.#frames.push(new Uint8Array(frame));
    this.wake();
  }

  shift(): Uint8Array | undefined {
    return this.#frames.shift();
  }

  /** Moves the next frame; one that does not fit is dropped whole. Returns its bytes, or 0. */
  read(into: Uint8Array): number {
    const frame = this.#frames.shift();
    if (frame === undefined) return 0;
    if (frame.length > into.length) {
      this.dropped++;
      return 0;
    }
    into.set(frame);
    return frame.length;
  }

  /** Calls `listener` once, after the next `wake`, or soon when frames are here already. Never within this call. */
  once(listener: () => void): () => void {
    const entry = () => listener();
    this.#listeners.add(entry);
    if (!this.isEmpty) this.wake();
    return () => this.#listeners.delete(entry);
  }

  /** Tells all listeners, after the current call: a listener never runs inside another VM's hypercall. */
  wake(): void {
    if (this.#listeners.size > 0) queueMicrotask(() => this.#tell());
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) if (this.#listeners.delete(listener)) listener();
  }
}
