// response.ts: Response (the Fetch standard, section 5.5), as far as a handler needs it.
import { Body, type BodyInit, held } from "./body.js";
import { Headers, type HeadersInit } from "./headers.js";

export interface ResponseInit {
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
}

const WITHOUT_BODY = [204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];

export class Response extends Body {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Headers;

  constructor(body?: BodyInit | null, init: ResponseInit = {}) {
    const status = init.status === undefined ? 200 : Number(init.status);
    if (!(status >= 200 && status <= 599) || status !== Math.trunc(status))
      throw new RangeError(`a response's status: got ${init.status}, expected 200 to 599`);
    if (body != null && WITHOUT_BODY.includes(status))
      throw new TypeError(`a response with status ${status} has no body`);
    super(held(body));
    this.status = status;
    this.statusText = String(init.statusText ?? "");
    this.headers = new Headers(init.headers);
    if (typeof body === "string" && !this.headers.has("content-type"))
      this.headers.append("content-type", "text/plain;charset=UTF-8");
  }

  get ok(): boolean {
    return this.status < 300;
  }

  static json(data: unknown, init: ResponseInit = {}): Response {
    const text = JSON.stringify(data);
    if (text === undefined) throw new TypeError("Response.json: the value has no JSON");
    const headers = new Headers(init.headers);
    if (!headers.has("content-type")) headers.append("content-type", "application/json");
    return new Response(text, { ...init, headers });
  }

  static redirect(url: string | { toString(): string }, status = 302): Response {
    if (!REDIRECTS.includes(status))
      throw new RangeError(`a redirect's status: got ${status}, expected ${REDIRECTS.join(", ")}`);
    return new Response(null, { status, headers: { location: String(url) } });
  }

  clone(): Response {
    const copy = new Response(null, this);
    Body.adopt(copy, Body.share(this));
    return copy;
  }
}
