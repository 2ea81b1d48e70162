// host.ts: the runtime's own functions (guest/js/natives.c), taken from the global object before an application can see them.

/** What fetchRead tells: the head is [status, redirected, url, statusText, name, value, …]. */
export type OutboundNews = undefined | readonly (number | string)[] | ArrayBuffer | true | string;

export interface Host {
  /** A line on the console. */
  print(text: string): void;

<<<<<<< HEAD
  /** Whether the rest of the request's body is here: then bodyText and bodyBytes do not wait. */
  bodyIsHere(): boolean;
  /** The rest of the body. They hold the whole guest up when it is not here. */
  bodyText(): string;
  bodyBytes(): ArrayBuffer;
  /** The next piece; false when none is here yet (the uppermost bit of a turn tells when); undefined when the body is over. */
=======
  /** Whether all that is left of the body is here: then bodyText and bodyBytes do not wait. */
  bodyIsHere(): boolean;
  /** The rest of the request's body. They hold up the whole guest when it is not here. */
  bodyText(): string;
  bodyBytes(): ArrayBuffer;
  /** The next piece; false when nothing is here yet; undefined when it is over. */
>>>>>>> b02409d (The prelude in parts: streams, events, blobs, forms, fetch, patterns and the console's inspection load when they are used)
  readBody(): ArrayBuffer | false | undefined;

  /** A whole response; the exchange ends with it. Headers: names and values in turn, characters up to U+00FF. */
  respond(
    status: number,
    headers: readonly string[],
    body: string | ArrayBuffer | undefined,
    offset: number,
    length: number,
  ): void;
<<<<<<< HEAD
  /** A response in pieces: its head now, then pieces, which wait while the receiver is slow, then the end. */
  respondBegin(status: number, headers: readonly string[]): void;
  respondWrite(bytes: ArrayBuffer, offset: number, length: number): void;
  respondEnd(): void;
  /** Behind respondEnd: nothing more is done for this request, the exchange ends. */
  finish(): void;
  /** A response that has begun cannot go on: the machine ends, so that nobody takes it for whole. Never returns. */
  abandon(reason: string): never;
=======
  /** A response in pieces. A piece waits for a slow receiver. */
  respondBegin(status: number, headers: readonly string[]): void;
  respondWrite(bytes: ArrayBuffer, offset: number, length: number): void;
  /** The response is complete, but the guest still works. */
  respondEnd(): void;
  /** After respondEnd: the exchange ends. */
  finish(): void;
  /** A response that cannot be completed: says why on the console and ends the machine. */
  abandon(text: string): never;
>>>>>>> b02409d (The prelude in parts: streams, events, blobs, forms, fetch, patterns and the console's inspection load when they are used)

  /** UTF-8. */
  encode(text: string): ArrayBuffer;
  decode(bytes: ArrayBuffer, offset: number, length: number): string;
  isUtf8(bytes: ArrayBuffer, offset: number, length: number): boolean;

  /** From 0 to below 1. */
  random(): number;
  fillRandom(bytes: ArrayBuffer, offset: number, length: number): void;
<<<<<<< HEAD
  /** Milliseconds that pass evenly, from an unspecified start. */
  monotonic(): number;
  /** Makes room for telling an error; true when memory was used up. */
  relieve(): boolean;

  /** Whether the monitor lets requests out. */
  mayFetch(): boolean;
  /**
   * Starts a request to the outside. `redirect`: 0 follow, 1 error, 2 manual. `more`: the body goes on by fetchWrite. What is wrong
   * with it is told by fetchRead.
   *
   * @returns a handle 0 to 15; -1 when as many are open as may be; -2 when its head is too long
   */
=======
  /** Milliseconds that pass evenly. */
  monotonic(): number;
  /** Makes room for telling an error; true when memory was used up. */
  relieve(): boolean;
  /** Evaluates a part of the prelude, by its place in parts.json from 1 on. */
  load(index: number): void;

  /** Whether the monitor offers requests to the outside. */
  mayFetch(): boolean;
  /** Starts one: a handle, or -1 when as many are open as may be. redirect: 0 follow, 1 error, 2 manual. */
>>>>>>> b02409d (The prelude in parts: streams, events, blobs, forms, fetch, patterns and the console's inspection load when they are used)
  fetchOpen(
    method: string,
    url: string,
    headers: readonly string[],
    redirect: number,
    body: ArrayBuffer | undefined,
    offset: number,
    length: number,
    more: boolean,
  ): number;
<<<<<<< HEAD
  /** A further piece of its body; false when there is no room yet: again after a turn with its bit. */
  fetchWrite(handle: number, bytes: ArrayBuffer, offset: number, length: number, more: boolean): boolean;
  /**
   * What it has to tell: nothing yet (again after a turn with its bit); its head, once; a piece of its body; true at its end; or why it
   * failed. After the last two the handle is free.
   */
  fetchRead(handle: number): undefined | FetchHead | ArrayBuffer | true | string;
  /** Gives it up. */
  fetchClose(handle: number): void;

  /** Set by dispatch.ts: what the runtime calls for each request. */
  dispatch(method: string, url: string, headers: readonly string[], hasBody: boolean): void;
  /**
   * Set by the prelude: runs what is due. Bit n of `ready` says that outbound handle n can go on, the uppermost that the request's body can.
   *
   * @returns after how many ms at the latest it wants another turn: Infinity when only events matter, -1 when it waits for nothing
   */
  turn(ready: number): number;
=======
  /** A further piece of its body; false when there is no room yet. */
  fetchWrite(handle: number, bytes: ArrayBuffer, offset: number, length: number, more: boolean): boolean;
  /** Undefined: nothing yet. True: the end. A string: a failure. The handle is free after both. */
  fetchRead(handle: number): OutboundNews;
  fetchClose(handle: number): void;

  /** Set by the prelude: what the runtime calls for each request, */
  dispatch(method: string, url: string, headers: readonly string[], hasBody: boolean): void;
  /** when something is ready or due (answers in how many ms at the latest it wants to be called again; -1: never), */
  turn(ready: number): number;
  /** and when a promise is rejected that nobody handles, or is handled after all. */
  rejected(promise: Promise<unknown>, reason: unknown, handled: boolean): void;
>>>>>>> b02409d (The prelude in parts: streams, events, blobs, forms, fetch, patterns and the console's inspection load when they are used)
}

/** Names and values of headers in turn from the fifth element on. */
export type FetchHead = readonly [
  status: number,
  redirected: 0 | 1,
  url: string,
  statusText: string,
  ...headers: string[],
];

const room = globalThis as { __mayfly?: Host };

export const host: Host = room.__mayfly!;
delete room.__mayfly;
