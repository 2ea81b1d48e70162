// fd-poll.ts: when a file descriptor has something to read: asked now (poll(2)), or told by the event loop (uv_poll).
import koffi, { type node } from "koffi";
import { libc } from "./libc.js";

const poll = libc.func("int poll(void *fds, unsigned long nfds, int timeout)");

// include/uapi/asm-generic/poll.h
const POLLIN = 0x001;
/** struct pollfd: fd; events in the low half of the second word, revents in the high half. */
const pollfd = new Int32Array(2);

/** Whether a read would return at once, with bytes or with an error. */
export function isReadable(fd: number): boolean {
  pollfd[0] = fd;
  pollfd[1] = POLLIN;
  // Safe: one pollfd of 8 bytes, used within the call. A timeout of 0 never waits.
  return poll(pollfd, 1, 0) > 0;
}

/**
 * Tells when a descriptor becomes readable. While somebody waits, and only then, it keeps the process alive.
 * Must be closed before the descriptor is.
 */
export class FdReadiness implements Disposable {
  readonly #fd: number;
  readonly #listeners = new Set<() => void>();
  #handle: node.PollHandle | undefined;
  #closed = false;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Calls `listener` once, never within this call; rarely also for nothing. Returns how to stop waiting. */
  onceReadable(listener: () => void): () => void {
    if (this.#closed) return () => {};
    const entry = () => listener();
    this.#listeners.add(entry);
    if (this.#listeners.size === 1) this.#watch();
    return () => {
      if (this.#listeners.delete(entry) && this.#listeners.size === 0) this.#handle?.stop();
    };
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#handle?.close();
    this.#handle = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #watch(): void {
    if (this.#handle === undefined) this.#handle = koffi.node.poll(this.#fd, this.#onEvent);
    else this.#handle.start(this.#onEvent);
  }

  /**
   * An exception thrown inside the FFI's callback surfaces later, in code that has nothing to do with it. So the
   * listeners run from setImmediate, in the same turn of the loop.
   */
  readonly #onEvent = (): void => {
    this.#handle?.stop();
    setImmediate(this.#tell);
  };

  readonly #tell = (): void => {
    for (const listener of [...this.#listeners]) if (this.#listeners.delete(listener)) listener();
  };
}
