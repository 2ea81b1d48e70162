// log-writer.ts: writes text to a file descriptor behind the caller's back. What cannot be written is told, dropped and never tried again.
import { write } from "node:fs";

/** How long a full pipe is left alone before the next attempt. */
const RETRY_MS = 20;

/** A destination for pino. While text is on its way the process lives; a descriptor that fails does not keep it. */
export class LogWriter {
  readonly #fd: number;
  readonly #onError: (error: Error) => void;
  #waiting = "";
  #isWriting = false;

  /** @param onError hears of every loss */
  constructor(fd: number, onError: (error: Error) => void) {
    this.#fd = fd;
    this.#onError = onError;
  }

  write(text: string): void {
    this.#waiting += text;
    if (!this.#isWriting) this.#writeWaiting();
  }

  #writeWaiting(): void {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = "";
    this.#isWriting = true;
    this.#writeBytes(bytes);
  }

  #writeBytes(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      if (error?.code === "EAGAIN") {
        setTimeout(() => this.#writeBytes(bytes), RETRY_MS);
        return;
      }
      if (error === null && written < bytes.length) {
        this.#writeBytes(bytes.subarray(written));
        return;
      }
      this.#isWriting = false;
      if (error !== null) this.#onError(error);
      if (this.#waiting !== "") this.#writeWaiting();
    });
  }
}
