// message.ts: requests and responses of the exchange as values. No layouts, no I/O.

/** Name and value, in the order they came; a name may come more than once. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A body at hand, or one that comes in pieces. */
export type BodySource = Uint8Array | AsyncIterable<Uint8Array>;

export interface ExchangeRequest {
  readonly method: string;
  /** Scheme and authority: "http://127.0.0.1:8080". */
  readonly origin: string;
  /** Path and query: "/hello?x=1". */
  readonly target: string;
  readonly headers: HeaderList;
  readonly body?: BodySource;
  /** Bytes in all, when known though the body comes in pieces. */
  readonly bodyLength?: number;
}

export interface ExchangeResponse {
  /** 200 to 599. */
  readonly status: number;
  readonly headers: HeaderList;
  /**
   * Pieces, as the guest hands them over; they are copies. The guest waits while a few are unread. Iterating throws when the
   * VM ends before the response does.
   */
  readonly body: ResponseBody;
}

/** A response's body, for one reader. */
export interface ResponseBody extends AsyncIterable<Uint8Array> {
  /**
   * Calls once, when the guest is done with the request, or will never be: pieces may still be unread, but the VM is not
   * needed for them any more. The body itself may be over before: a guest may go on working behind it.
   */
  onceHandedOver(listener: () => void): void;
  /** Whether no further pieces come, or nobody wants them. */
  readonly isOver: boolean;
  /** Bytes that the guest handed over so far. */
  readonly bytes: number;
  /** The whole body, when all of it is here in one piece and none was read; else undefined, and iterating goes on as before. */
  takeWhole(): Uint8Array | undefined;
}
