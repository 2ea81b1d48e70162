// is-http2.ts: which of the two a request came by. Not by its version: a client of HTTP/1.1 can write any number into its request line.
import type { IncomingMessage } from "node:http";

/** Whether it is one of node:http2's requests, which have a stream. */
export function isHttp2(request: IncomingMessage): boolean {
  return "stream" in request;
}
