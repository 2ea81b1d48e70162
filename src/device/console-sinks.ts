// console-sinks.ts: where console output can go: a file descriptor, memory, nowhere.
import { writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import type { ConsoleSink } from "./console.js";
import { asSystemCallError } from "./host-failure.js";

/** How long to wait for room in a full pipe that does not block, ms. A pipe holds 64 KiB, so this costs little. */
const RETRY_MS = 1;

/** Drops all output. */
export const discardOutput: ConsoleSink = () => {};

/**
 * Writes all output to a file descriptor, each buffer whole and before the guest goes on.
 *
 * A full pipe that does not block makes the guest wait, not the event loop. The descriptor stays the caller's.
 *
 * @param fd an open file descriptor, such as 1 for standard output
 * @throws SYSTEM_CALL from the sink when the host refuses (EPIPE, ENOSPC)
 */
export function descriptorSink(fd: number): ConsoleSink {
  return (bytes) => {
    const written = writeSome(fd, bytes, 0);
    if (written < bytes.length) return writeRest(fd, bytes.slice(written));
  };
}

async function writeRest(fd: number, bytes: Uint8Array): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    await delay(RETRY_MS);
    written = writeSome(fd, bytes, written);
  }
}

/** Writes until the end or until the pipe is full; returns how far it came. */
function writeSome(fd: number, bytes: Uint8Array, from: number): number {
  let written = from;
  try {
    while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written);
  } catch (cause) {
    const error = asSystemCallError("write console output", cause);
    if (error.errno !== "EAGAIN") throw error;
  }
  return written;
}

/**
 * Keeps console output in memory, up to a limit; what comes later is counted and dropped.
 *
 * @example
 * const output = new ConsoleCollector(64 * 1024);
 * output.sink(new TextEncoder().encode("hello\n"));
 * output.text(); // "hello\n"
 */
export class ConsoleCollector {
  /** Bytes kept at most. */
  readonly limit: number;
  /** Bytes that came after the limit was reached. */
  droppedBytes = 0;
  #pieces: Uint8Array[] = [];
  #length = 0;

  /** @param limit bytes kept at most */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** The sink to attach. It copies what it keeps. */
  readonly sink = (bytes: Uint8Array): void => {
    const kept = bytes.slice(0, this.limit - this.#length);
    if (kept.length > 0) this.#pieces.push(kept);
    this.#length += kept.length;
    this.droppedBytes += bytes.length - kept.length;
  };

  /** What was kept, in one piece. */
  bytes(): Uint8Array {
    const whole = Buffer.concat(this.#pieces, this.#length);
    this.#pieces = [whole];
    return whole;
  }

  /** What was kept, as UTF-8; bytes that are no UTF-8 become U+FFFD. */
  text(): string {
    if (this.#pieces.length === 0) return "";
    return Buffer.from(this.bytes()).toString("utf8");
  }
}
