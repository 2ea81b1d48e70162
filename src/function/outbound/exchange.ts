// exchange.ts: one request and its response on one connection, with back-pressure both ways. Knows no policy.
import type { Dispatcher } from "undici";
import type { Connection } from "./connection.js";
import { asFailure, nameRequest } from "./failures.js";
import { PieceQueue } from "./piece-queue.js";
import { type Header, type Hop, withDefaults } from "./request-head.js";
import { Upload } from "./upload.js";

/** A response as the server sent it. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case; values are bytes as characters. */
  readonly headers: readonly Header[];
  readonly body: PieceQueue;
}

export interface ExchangeOptions {
  /** Ends request and socket at once, with its reason. */
  readonly stop: AbortSignal;
  /** Told of the request's body before it is sent; may throw. */
  readonly countRequest: (bytes: number) => void;
  /** Called once: with true the connection can serve another request. */
  readonly onOver: (reusable: boolean, error?: Error) => void;
}

/** Response bytes that wait for a slow reader before the socket is held; as many again wait in the socket. */
const ENOUGH_BYTES = 64 * 1024;

/** Sends a request; resolves with the head of its response. */
export function exchange(connection: Connection, hop: Hop, options: ExchangeOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    new Exchange(connection, hop, options, { resolve, reject }).start();
  });
}

interface HeadWaiter {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

class Exchange implements Dispatcher.DispatchHandlers {
  readonly #connection: Connection;
  readonly #hop: Hop;
  readonly #options: ExchangeOptions;
  readonly #head: HeadWaiter;
  readonly #body: PieceQueue;
  #upload: Upload | undefined;
  #over = false;
  readonly #onStop = (): void => this.#fail(this.#options.stop.reason);

  constructor(connection: Connection, hop: Hop, options: ExchangeOptions, head: HeadWaiter) {
    this.#connection = connection;
    this.#hop = hop;
    this.#options = options;
    this.#head = head;
    this.#body = new PieceQueue({
      onDrained: () => this.#connection.resume(),
      onGivenUp: () => this.#fail(new Error("the response is not wanted any more")),
    });
  }

  start(): void {
    const { stop, countRequest } = this.#options;
    const { method, url, body } = this.#hop;
    try {
      stop.throwIfAborted();
      stop.addEventListener("abort", this.#onStop, { once: true });
      if (body instanceof Uint8Array) countRequest(body.length);
      else if (body !== undefined) this.#upload = new Upload(body, countRequest);
      const request = {
        // The type leaves out PATCH's like; undici sends any token.
        method: method as Dispatcher.HttpMethod,
        path: url.pathname + url.search,
        headers: withDefaults(this.#hop).flat(),
        // A type without async iterables, which undici's documentation has.
        body: (this.#upload ?? body ?? null) as Uint8Array | null,
      };
      this.#connection.send(request, this);
    } catch (error) {
      this.#fail(error);
    }
  }

  onConnect(): void {}

  onHeaders(status: number, raw: Buffer[], _resume: () => void, statusText: string): boolean {
    if (status >= 200 && !this.#over)
      this.#head.resolve({ status, statusText: asBytes(statusText), headers: pairs(raw), body: this.#body });
    return true;
  }

  onData(piece: Buffer): boolean {
    this.#body.push(piece);
    if (this.#body.bytes >= ENOUGH_BYTES) this.#connection.hold();
    return true;
  }

  onComplete(): void {
    // A reset ends a response that has no length in undici's eyes, and not in ours.
    if (this.#connection.error !== undefined) this.#fail(this.#connection.error);
    if (this.#over) return;
    this.#connection.letGo();
    this.#body.end();
    const sent = this.#upload?.isComplete ?? true;
    this.#finish(sent, new Error("the response came before the request was sent"));
  }

  onError(error: Error): void {
    this.#fail(error);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    const failure =
      error === this.#options.stop.reason ? error : asFailure(nameRequest(this.#hop.url), error);
    this.#head.reject(failure);
    this.#body.fail(failure);
    this.#finish(false, failure instanceof Error ? failure : new Error("stopped"));
  }

  #finish(reusable: boolean, error: Error): void {
    this.#over = true;
    this.#options.stop.removeEventListener("abort", this.#onStop);
    this.#upload?.end(error);
    this.#options.onOver(reusable, reusable ? undefined : error);
  }
}

/** undici takes the reason phrase for UTF-8; a guest gets bytes, as for all of the head. */
function asBytes(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function pairs(raw: readonly Buffer[]): Header[] {
  const headers: Header[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2)
    headers.push([
      raw[i]!.toString("latin1").toLowerCase(),
      raw[i + 1]!.toString("latin1").replace(/[\t ]+$/, ""),
    ]);
  return headers;
}
