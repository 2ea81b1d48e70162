// log-writer.ts: writes text to a file descriptor behind the caller's back. What cannot be written is told, dropped and never tried again.
import { write, writeSync } from "node:fs";
import process from "node:process";

/** How long a full pipe is left alone before the next attempt. */
const RETRY_MS = 20;
/**
 * Text that comes so soon behind a write is gathered for the next one: a write, with its way to another thread and back and what it wakes at the
 * other end of a pipe, costs as much as a dozen lines, and the supervisor that passes lines on takes its part of the same processor.
 */
const GATHER_MS = 50;

/** Lines are made from their functions once there are so many, at the latest: what a function holds is more than its line. */
const MOST_UNMADE = 1024;

/** What may wait to be written: a reader that stands still must not cost the server its memory, characters. */
const MOST_WAITING = 16 * 1024 * 1024;

/**
 * Whole lines, or what makes them when they are written: a request's line takes 14 µs where it comes between other work, and 3 where many are
 * made in a row, because the processor has all of it at hand.
 */
export type Line = string | (() => string);

/** A destination for pino. While text is on its way the process lives; a descriptor that fails does not keep it. */
export class LogWriter {
  readonly #fd: number;
  readonly #onError: (error: Error) => void;
  #waiting = "";
  /** Behind `#waiting`. */
  readonly #unmade: (() => string)[] = [];
  /** … or gathering behind a write. */
  #isWriting = false;
  #gathering: NodeJS.Timeout | undefined;
  #lost = 0;
  readonly #onFlushed: (() => void)[] = [];

  /** @param onError hears of every loss */
  constructor(fd: number, onError: (error: Error) => void) {
    this.#fd = fd;
    this.#onError = onError;
    // Whoever ends the process has said something before, perhaps why.
    process.once("exit", this.#writeAtExit);
  }

  write(line: Line): void {
    if (typeof line === "string") {
      this.#makeLines();
      this.#append(line);
    } else if (this.#unmade.push(line) >= MOST_UNMADE) this.#makeLines();
    if (!this.#isWriting) this.#writeWaiting();
  }

  /** Resolves when all that was handed over until now is written, or lost. */
  flushed(): Promise<void> {
    if (!this.#isWriting) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onFlushed.push(resolve);
      if (this.#gathering !== undefined) this.#gathered();
    });
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    this.#onError(new Error(`its reader is too slow: ${this.#lost} characters are lost`));
    this.#lost = 0;
  }

  #makeLines(): void {
    for (const make of this.#unmade.splice(0)) {
      try {
        this.#append(make());
      } catch (error) {
        this.#onError(new Error("a line could not be made", { cause: error }));
      }
    }
  }

  #append(text: string): void {
    if (this.#waiting.length > MOST_WAITING) this.#lost += text.length;
    else this.#waiting += text;
  }

  #writeWaiting(): void {
    this.#makeLines();
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
      this.#tellLost();
      if (error !== null) this.#onError(error);
      if (this.#onFlushed.length > 0) this.#gathered();
      else this.#gathering = setTimeout(this.#gathered, GATHER_MS);
    });
  }

  readonly #gathered = (): void => {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#isWriting = false;
    if (this.#waiting !== "" || this.#unmade.length > 0) this.#writeWaiting();
    else for (const tell of this.#onFlushed.splice(0)) tell();
  };

  readonly #writeAtExit = (): void => {
    try {
      this.#makeLines();
      if (this.#waiting !== "") writeSync(this.#fd, this.#waiting);
    } catch {
      // Nobody is left to be told.
    }
  };
}
