// request.ts: Request (the Fetch standard, section 5.4), as far as a handler needs it.
import { Body, type BodyInit, held } from "./body.js";
import { Headers, type HeadersInit } from "./headers.js";

export interface RequestInit {
  method?: string;
  headers?: HeadersInit;
  body?: BodyInit | null;
}

const RECEIVED = Symbol("received");

interface Received {
  readonly [RECEIVED]: true;
  readonly method: string;
  readonly url: string;
  readonly headers: readonly string[];
  readonly hasBody: boolean;
}

export class Request extends Body {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;

  constructor(input: string | Request | Received | { toString(): string }, init: RequestInit = {}) {
    const received = input as Partial<Received>;
    if (received[RECEIVED] === true) {
      super(received.hasBody ? { kind: "request" } : undefined);
      this.method = received.method!;
      this.url = received.url!;
      this.headers = Headers.received(received.headers!);
      return;
    }
    const from = input instanceof Request ? input : undefined;
    super(init.body == null && from !== undefined ? Body.share(from) : held(init.body));
    this.method = (init.method ?? from?.method ?? "GET").toUpperCase();
    this.url = from?.url ?? String(input);
    this.headers = new Headers(init.headers ?? from?.headers);
  }

  /** The request that the monitor brought. */
  static received(method: string, url: string, headers: readonly string[], hasBody: boolean): Request {
    return new Request({ [RECEIVED]: true, method, url, headers, hasBody } satisfies Received);
  }

  clone(): Request {
    return new Request(this);
  }
}
