// queued-response.ts: responses that wait behind another one of their connection learn that the connection is gone.
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Lets a response tell of its connection's end ("close") although its turn has not come. Of several requests that a client sent at
 * once, Node tells only the response whose turn it is; the others would never be over.
 */
export function hearEndWhileQueued(request: IncomingMessage, response: ServerResponse): void {
  if (request.httpVersionMajor >= 2) return;
  request.once("close", () => {
    // A response that had its turn heard of it from Node, or left.
    if (response.socket !== null || response.closed || response.writableFinished) return;
    if (request.socket.destroyed) response.destroy().emit("close");
  });
}
