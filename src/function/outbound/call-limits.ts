// call-limits.ts: counts what one call of a function asks of the outside. No I/O.
import { overLimit } from "./failures.js";
import type { OutboundLimits } from "./policy.js";

export class CallLimits {
  readonly #limits: OutboundLimits;
  #requests = 0;
  #open = 0;
  #requestBytes = 0;
  #responseBytes = 0;
  #encodedBytes = 0;

  constructor(limits: OutboundLimits) {
    this.#limits = limits;
  }

  get timeoutMs(): number {
    return this.#limits.timeoutMs;
  }

  /** @throws MayflyError OUTBOUND_LIMIT when as many are open as may be. Each one opened is to be closed. */
  open(name: string): void {
    const { maxConcurrent } = this.#limits;
    if (this.#open >= maxConcurrent)
      throw overLimit(name, `request ${this.#open + 1} at once`, `${maxConcurrent}`, "maxConcurrent");
    this.#open += 1;
  }

  close(): void {
    this.#open -= 1;
  }

  /** @throws MayflyError OUTBOUND_LIMIT */
  countRequest(name: string): void {
    const { maxRequests } = this.#limits;
    if (this.#requests >= maxRequests)
      throw overLimit(name, `request ${this.#requests + 1} of a call`, `${maxRequests}`, "maxRequests");
    this.#requests += 1;
  }

  /** @throws MayflyError OUTBOUND_LIMIT */
  countRequestBytes(name: string, bytes: number): void {
    this.#requestBytes += bytes;
    const { maxRequestBytes } = this.#limits;
    if (this.#requestBytes > maxRequestBytes)
      throw overLimit(name, "more to send than a call may", `${maxRequestBytes} bytes`, "maxRequestBytes");
  }

  /** @throws MayflyError OUTBOUND_LIMIT */
  countResponseBytes(name: string, bytes: number): void {
    this.#responseBytes += bytes;
    this.#checkReceived(name, this.#responseBytes);
  }

  /**
   * What a decoder takes in. Counted apart: it may give out nothing for it.
   *
   * @throws MayflyError OUTBOUND_LIMIT
   */
  countEncodedBytes(name: string, bytes: number): void {
    this.#encodedBytes += bytes;
    this.#checkReceived(name, this.#encodedBytes);
  }

  #checkReceived(name: string, bytes: number): void {
    const { maxResponseBytes } = this.#limits;
    if (bytes > maxResponseBytes)
      throw overLimit(
        name,
        "more to receive than a call may",
        `${maxResponseBytes} bytes`,
        "maxResponseBytes",
      );
  }

  timeout(name: string): Error {
    return overLimit(name, `no end after ${this.timeoutMs} ms`, `${this.timeoutMs} ms`, "timeoutMs");
  }
}
