// host.ts: the runtime's own functions (guest/js/natives.c), taken from the global object before an application can see them.

export interface Host {
  /** A line on the console. */
  print(text: string): void;

  /** Whether the rest of the request's body is here: then bodyText and bodyBytes do not wait. */
  bodyIsHere(): boolean;
  /** The rest of the body. They hold the whole guest up when it is not here. */
  bodyText(): string;
  bodyBytes(): ArrayBuffer;
  /** The next piece; false when none is here yet (the uppermost bit of a turn tells when); undefined when the body is over. */
  readBody(): ArrayBuffer | false | undefined;

  /** A whole response; the exchange ends with it. Headers: names and values in turn, characters up to U+00FF. */
  respond(
    status: number,
    headers: readonly string[],
    body: string | ArrayBuffer | undefined,
    offset: number,
    length: number,
  ): void;
  /** A response in pieces: its head now, then pieces, which wait while the receiver is slow, then the end. */
  respondBegin(status: number, headers: readonly string[]): void;
  respondWrite(bytes: ArrayBuffer, offset: number, length: number): void;
  respondEnd(): void;
  /** Nothing more is done for this request: the exchange ends, and the response with it if respondEnd was not called. */
  finish(): void;
  /** A response that has begun cannot go on: the machine ends, so that nobody takes it for whole. JSON says why. Never returns. */
  abandon(why: string): never;
  /** There is nothing to serve: says why on the console, and ends the machine. Never returns. */
  refuse(reason: string): never;

  /** UTF-8. */
  encode(text: string): ArrayBuffer;
  decode(bytes: ArrayBuffer, offset: number, length: number): string;
  isUtf8(bytes: ArrayBuffer, offset: number, length: number): boolean;

  /** From 0 to below 1. */
  random(): number;
  fillRandom(bytes: ArrayBuffer, offset: number, length: number): void;
  /** Milliseconds that pass evenly, from an unspecified start. */
  monotonic(): number;
  /** Makes room for telling an error; true when memory was used up. */
  relieve(): boolean;
  /** Whether the heap came up to its limit during this request, though it may be smaller by now. */
  memoryWasFull(): boolean;
  /** Looks for garbage, and not again soon. */
  collect(): void;
  /** Evaluates a part of the prelude, by its place in parts.json from 1 on. */
  load(index: number): void;

  /** Whether the monitor lets requests out. */
  mayFetch(): boolean;
  /**
   * Starts a request to the outside. `redirect`: 0 follow, 1 error, 2 manual. `more`: the body goes on by fetchWrite. What is wrong
   * with it is told by fetchRead.
   *
   * @returns a handle 0 to 15; -1 when as many are open as may be; -2 when its head is too long
   */
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
  /** Set by failures.ts: a promise was rejected that nobody handles, or is handled after all. */
  rejected(promise: Promise<unknown>, reason: unknown, handled: boolean): void;
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
