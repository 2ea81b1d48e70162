// host.ts: the runtime's own functions (guest/js/natives.c), taken from the global object before an application can see them.

export interface Host {
  /** A line on the console. */
  print(text: string): void;
  /** The request's body as text, then as bytes: either once. */
  bodyText(): string;
  bodyBytes(): ArrayBuffer;
  /** Hands over the response. Headers: names and values in turn, characters up to U+00FF. */
  respond(
    status: number,
    headers: readonly string[],
    body: string | ArrayBuffer | undefined,
    offset: number,
    length: number,
  ): void;
  /** UTF-8. */
  encode(text: string): ArrayBuffer;
  decode(bytes: ArrayBuffer, offset: number, length: number): string;
  /** From 0 to below 1. */
  random(): number;
  fillRandom(bytes: ArrayBuffer, offset: number, length: number): void;
  /** Makes room for telling an error; true when memory was used up. */
  relieve(): boolean;
  /** Set by dispatch.ts: what the runtime calls for each request. */
  dispatch(method: string, url: string, headers: readonly string[], hasBody: boolean): void;
}

const room = globalThis as { __mayfly?: Host };

export const host: Host = room.__mayfly!;
delete room.__mayfly;
