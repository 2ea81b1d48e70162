// response-init.ts: what new Response() is given, checked, as the Fetch standard has it (section 5.5).
import type { HeadersInit } from "./headers.js";

export interface ResponseInit {
  status?: number;
  statusText?: string;
  headers?: HeadersInit;
}

/** What only the runtime makes: errors, and responses from the outside. */
export interface Received {
  readonly type: "basic" | "error" | "opaqueredirect";
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly redirected: boolean;
  readonly headers: readonly string[];
}

const WITHOUT_BODY = [204, 205, 304];
const REDIRECTS = [301, 302, 303, 307, 308];
const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

export function checkedStatus(status: number, hasBody: boolean): number {
  const code = Math.trunc(Number(status));
  if (!(code >= 200 && code <= 599))
    throw new RangeError(`a response's status: got ${status}, expected 200 to 599`);
  if (hasBody && WITHOUT_BODY.includes(code))
    throw new TypeError(`a response with status ${code} has no body`);
  return code;
}

export function checkedReason(statusText: string): string {
  const text = `${statusText}`;
  if (!REASON.test(text)) throw new TypeError("a response's statusText: expected text as HTTP allows it");
  return text;
}

export function checkedRedirect(status: number): number {
  if (REDIRECTS.includes(status)) return status;
  throw new RangeError(`a redirect's status: got ${status}, expected ${REDIRECTS.join(", ")}`);
}
