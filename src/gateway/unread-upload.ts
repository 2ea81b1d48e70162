// unread-upload.ts: what to do with a body that nobody wants any more, when its client may still be sending it.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { isHttp2 } from "./http/is-http2.js";

/** How long a client that was answered may be silent within its body, and how long it may go on sending, ms. */
const SILENT_MS = 2000;
const LINGER_MS = 8000;

/**
 * Drops what still comes, for a while, then the connection. Closing it at once would reset it, and the client might lose the
 * answer that it has not read yet. One that sends all is welcome to its next request, though we may be slow to read.
 */
export function letGoOfUpload(request: IncomingMessage): void {
  // Node drops a body that nobody began to read.
  if (request.complete && request.readableFlowing === null) return;
  request.resume();
  if (request.complete) return;
  const until = performance.now() + LINGER_MS;
  const timer = setTimeout(() => {
    if (!isHttp2(request)) request.destroy();
    // The connection has other requests: only this one ends.
    else (request as unknown as Http2ServerRequest).stream.close();
  }, SILENT_MS);
  request.on("data", () => {
    if (performance.now() < until) timer.refresh();
  });
  request.once("close", () => clearTimeout(timer));
}
