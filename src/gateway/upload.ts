// upload.ts: a request's body on its way from the socket, counted against its limit. Never ends the connection by itself.
import type { IncomingMessage } from "node:http";
import { isHttp2 } from "./http/is-http2.js";
import { clientGone, HttpFailure } from "./http-failure.js";

/** What waits for a piece. */
interface Pending {
  readonly resolve: (result: IteratorResult<Uint8Array, undefined>) => void;
  readonly reject: (failure: HttpFailure) => void;
}

const DONE: IteratorResult<Uint8Array, undefined> = { done: true, value: undefined };

/**
 * One reader, one piece at a time; the socket is read no faster. The stream's own iterator would not do: it ends the
 * connection when its reader leaves early, and a reader that waits could not leave at all.
 */
export class Upload implements AsyncIterableIterator<Uint8Array> {
  readonly #request: IncomingMessage;
  #left: number;
  readonly #limit: number;
  #pending: Pending | undefined;
  #isOver = false;
  #wasAwaited = false;

  constructor(request: IncomingMessage, limitBytes: number) {
    this.#request = request;
    this.#left = limitBytes;
    this.#limit = limitBytes;
    for (const event of EVENTS) request.on(event, this.#step);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** @throws HttpFailure 413 when the body is too large, client-gone when it breaks off */
  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#isOver) return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#step();
    });
  }

  /** Whether its reader left while it waited for the client. */
  get wasAwaited(): boolean {
    return this.#wasAwaited;
  }

  /** Leaves the rest unread. A reader that waits learns that the body is over. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#wasAwaited ||= this.#pending !== undefined;
    this.#over();
    this.#pending?.resolve(DONE);
    this.#pending = undefined;
    return Promise.resolve(DONE);
  }

  readonly #step = (): void => {
    const pending = this.#pending;
    if (pending === undefined) return;
    const piece = this.#request.read() as Buffer | null;
    if (piece !== null) {
      this.#pending = undefined;
      this.#left -= piece.length;
      if (this.#left >= 0) pending.resolve({ done: false, value: piece });
      else this.#fail(pending, tooLarge(this.#limit));
    } else if (this.#request.readableEnded && !isCutOff(this.#request)) {
      this.#pending = undefined;
      this.#over();
      pending.resolve(DONE);
    } else if (this.#request.destroyed || this.#request.readableEnded) {
      this.#pending = undefined;
      this.#fail(pending, clientGone());
    }
  };

  #fail(pending: Pending, failure: HttpFailure): void {
    this.#over();
    pending.reject(failure);
  }

  #over(): void {
    this.#isOver = true;
    for (const event of EVENTS) this.#request.off(event, this.#step);
  }
}

/** Node ends an HTTP/2 request's body where its stream was reset, as if it were whole. */
function isCutOff(request: IncomingMessage): boolean {
  return isHttp2(request) && request.aborted;
}

/** All that may let a waiting reader go on. */
const EVENTS = ["readable", "end", "error", "close"] as const;

export function tooLarge(limitBytes: number): HttpFailure {
  return new HttpFailure(
    413,
    "too-large",
    `the body is larger than the ${limitBytes} bytes that this route allows`,
  );
}
