// outbound.ts: one request to the outside: opened when there is room, written and read as far as somebody wants, given up at any time.
import { ANY_OUTBOUND, type Content, host, ready, type Source } from "../shared.js";
import type { Head } from "./fetch.js";

/** Who waits for one of the runtime's handles to be free. */
const queue: (() => void)[] = [];

const NO_HANDLE = -1;
const HEAD_TOO_LONG = -2;

export class Outbound implements Source {
  readonly #url: string;
  #handle = NO_HANDLE;
  /** Why it was given up. */
  #failure: { readonly reason: unknown } | undefined;
  /** Wakes whoever waits when it is given up. */
  #giveUp: () => void = () => {};
  readonly #givenUp = new Promise<void>((resolve) => {
    this.#giveUp = resolve;
  });

  constructor(url: string) {
    this.#url = url;
  }

  /** Starts it, or waits until there is room. A body that is not here goes on behind the caller's back. */
  async open({ method, url, headers, redirect }: Head, body: Content | undefined): Promise<void> {
    const whole = typeof body === "string" ? host.encode(body) : body;
    const here = whole instanceof ArrayBuffer ? whole : undefined;
    const isStream = whole !== undefined && here === undefined;
    for (;;) {
      this.#throwIfFailed();
      const length = here?.byteLength ?? 0;
      this.#handle = host.fetchOpen(method, url, headers, redirect, here, 0, length, isStream);
      if (this.#handle >= 0) break;
      if (this.#handle === HEAD_TOO_LONG) {
        this.#handle = NO_HANDLE;
        throw new TypeError(`fetch ${this.#url}: the request's headers are too long`);
      }
      const turn = new Promise<void>((resolve) => queue.push(resolve));
      await Promise.race([turn, ready(ANY_OUTBOUND), this.#givenUp]);
    }
    if (isStream) void this.#send(whole as Source);
  }

  /** [status, redirected, url, statusText, name, value, …] */
  async head(): Promise<readonly (number | string)[]> {
    const news = await this.#news();
    if (Array.isArray(news)) return news as readonly (number | string)[];
    throw new TypeError(`fetch ${this.#url}: the answer has no head`);
  }

  async read(): Promise<ArrayBuffer | undefined> {
    const news = await this.#news();
    return news instanceof ArrayBuffer ? news : undefined;
  }

  cancel(): void {
    this.close();
  }

  /** Nobody is interested any more. */
  close(): void {
    if (this.#handle === NO_HANDLE) return;
    host.fetchClose(this.#handle);
    this.#release();
  }

  /** Whoever waits for it, or will, gets this reason. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.close();
    this.#giveUp();
  }

  async #news(): Promise<readonly (number | string)[] | ArrayBuffer | undefined> {
    for (;;) {
      this.#throwIfFailed();
      if (this.#handle === NO_HANDLE) return undefined;
      const news = host.fetchRead(this.#handle);
      if (news === true || typeof news === "string") this.#release();
      if (news === true) return undefined;
      if (typeof news === "string") throw new TypeError(news);
      if (news !== undefined) return news;
      await this.#turn();
    }
  }

  /** The body goes out as fast as the other side takes it. */
  async #send(body: Source): Promise<void> {
    try {
      for (let more = true; more; ) {
        const piece = await body.read();
        more = piece !== undefined;
        await this.#write(piece ?? new ArrayBuffer(0), more);
        // The other side may have answered, or given up, without the rest.
        if (this.#handle === NO_HANDLE && more) return await body.cancel();
      }
    } catch (error) {
      this.fail(error);
    }
  }

  async #write(piece: ArrayBuffer, more: boolean): Promise<void> {
    if (more && piece.byteLength === 0) return;
    while (this.#handle !== NO_HANDLE && !host.fetchWrite(this.#handle, piece, 0, piece.byteLength, more))
      await this.#turn();
  }

  #turn(): Promise<void> {
    return Promise.race([ready(this.#handle), this.#givenUp]);
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.reason;
  }

  #release(): void {
    this.#handle = NO_HANDLE;
    queue.shift()?.();
  }
}
