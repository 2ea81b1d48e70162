// outbound.ts: one request to the outside: opened when there is room, written and read as far as somebody wants, given up at any time.
import { ANY_OUTBOUND, type Content, host, ready, type Source } from "../shared.js";
import type { Head } from "./fetch.js";
import {
  awaitPlace,
  countKept,
  type Holder,
  leavePlace,
  makeWay,
  stopKeeping,
  takePlace,
  wakeOne,
} from "./places.js";

const NO_HANDLE = -1;
const HEAD_TOO_LONG = -2;

const GIVEN_UP =
  "the response was given up, because nobody read its body and another request needed its place: expected bodies to be read or canceled";
const OVER = "the response is gone: the request is over during which it was asked for";

export class Outbound implements Source, Holder {
  readonly #url: string;
  #handle = NO_HANDLE;
  #isAnswered = false;
  #isSending = false;
  #isReading = false;
  #wasRead = false;
  /** Pieces that were read for nobody (places.ts), and the reading of more. */
  #kept: ArrayBuffer[] = [];
  #keeping: Promise<void> | undefined;
  /** Why it was given up. */
  #failure: { readonly reason: unknown } | undefined;
  /** Wakes whoever waits for it: it is given up. */
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
      this.#throwIfGivenUp();
      const length = here?.byteLength ?? 0;
      this.#handle = host.fetchOpen(method, url, headers, redirect, here, 0, length, isStream);
      if (this.#handle >= 0) break;
      if (this.#handle === HEAD_TOO_LONG) {
        this.#handle = NO_HANDLE;
        throw new TypeError(`fetch ${this.#url}: the request's headers are too long`);
      }
      if (!makeWay()) await awaitPlace([ready(ANY_OUTBOUND), this.#givenUp]);
    }
    takePlace(this);
    if (isStream) void this.#send(whole as Source);
  }

  /** [status, redirected, url, statusText, name, value, …] */
  async head(): Promise<readonly (number | string)[]> {
    const news = await this.#news();
    this.#isAnswered = true;
    // Who waits for a place may have this one's body make way.
    wakeOne();
    if (Array.isArray(news)) return news as readonly (number | string)[];
    throw new TypeError(`fetch ${this.#url}: the answer has no head`);
  }

  async read(): Promise<ArrayBuffer | undefined> {
    this.#wasRead = true;
    this.#isReading = true;
    try {
      if (this.#keeping !== undefined) await this.#keeping;
      const kept = this.#kept.shift();
      if (kept === undefined) return await this.#piece();
      countKept(-kept.byteLength);
      return kept;
    } finally {
      this.#isReading = false;
    }
  }

  cancel(): void {
    this.close();
  }

  get keptBytes(): number {
    return this.#kept.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  get isIdle(): boolean {
    return this.#isAnswered && !this.#isSending && !this.#isReading && this.#keeping === undefined;
  }

  get isUnread(): boolean {
    return this.#isAnswered && !this.#isSending && !this.#wasRead;
  }

  keep(bytes: number): void {
    this.#keeping = this.#keep(bytes).finally(() => {
      this.#keeping = undefined;
      stopKeeping(this);
    });
  }

  giveUp(): void {
    this.fail(new TypeError(`fetch ${this.#url}: ${GIVEN_UP}`));
  }

  forget(): void {
    this.#handle = NO_HANDLE;
    this.#kept = [];
    this.#failure ??= { reason: new TypeError(`fetch ${this.#url}: ${OVER}`) };
  }

  /** Nobody is interested any more. */
  close(): void {
    countKept(-this.keptBytes);
    this.#kept = [];
    if (this.#handle === NO_HANDLE) return;
    host.fetchClose(this.#handle);
    this.#release();
    this.#giveUp();
  }

  /** Whoever waits for it, or will, gets this reason. */
  fail(reason: unknown): void {
    this.#failure ??= { reason };
    this.close();
    this.#giveUp();
  }

  async #piece(): Promise<ArrayBuffer | undefined> {
    const news = await this.#news();
    return news instanceof ArrayBuffer ? news : undefined;
  }

  async #keep(bytes: number): Promise<void> {
    try {
      while (!this.#isReading && this.keptBytes < bytes) {
        const piece = await this.#piece();
        if (piece === undefined) return;
        this.#kept.push(piece);
        countKept(piece.byteLength);
      }
    } catch (reason) {
      // For whoever reads it, behind what came before.
      this.#failure ??= { reason };
    }
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
    this.#isSending = true;
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
    } finally {
      this.#isSending = false;
      wakeOne();
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

  #throwIfGivenUp(): void {
    if (this.#failure === undefined) return;
    // It may have been this one's turn.
    wakeOne();
    throw this.#failure.reason;
  }

  #release(): void {
    this.#handle = NO_HANDLE;
    leavePlace(this);
  }
}
