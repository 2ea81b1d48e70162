// unread-upload.ts: what to do with a body that nobody wants any more, when its client may still be sending it.
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";

/** How long a client may go on sending after it was answered, ms. */
const LINGER_MS = 2000;

/**
 * Drops what still comes, for a while, then the connection. Closing it at once would reset it, and the client might lose the
 * answer that it has not read yet.
 */
export function letGoOfUpload(request: IncomingMessage): void {
  // Node drops a body that nobody began to read.
  if (request.complete && request.readableFlowing === null) return;
  request.resume();
  if (request.complete) return;
  const timer = setTimeout(() => {
    if (request.httpVersionMajor < 2) request.destroy();
    // The connection has other requests: only this one ends.
    else (request as unknown as Http2ServerRequest).stream.close();
  }, LINGER_MS);
  request.once("close", () => clearTimeout(timer));
}
