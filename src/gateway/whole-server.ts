// whole-server.ts: `OPTIONS *`: a question to the server itself, not to what is at a path of it (RFC 9110, section 9.3.7).
import { writeHead } from "./http/write-head.js";
import type { RequestHead } from "./request-head.js";
import type { Destination } from "./static/static-files.js";

/** Handlers take any of these; which ones, is theirs to say. */
const METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

export function isForWholeServer({ method, target }: RequestHead): boolean {
  return target === "*" && method === "OPTIONS";
}

export function answerForWholeServer({ out, id, lastOnConnection }: Destination): void {
  const close = lastOnConnection ? ["connection", "close"] : [];
  writeHead(out, 204, ["allow", METHODS, "x-request-id", id, ...close]).end();
}
