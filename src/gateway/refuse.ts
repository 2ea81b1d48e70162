// refuse.ts: tells a client that its request failed, in JSON; or, when a response is on its way already, breaks it off.
import type { ServerResponse } from "node:http";
import { failureJson, type HttpFailure } from "./http-failure.js";

/**
 * Ends a response with a failure.
 *
 * @param request the request's number, for whoever reports it
 */
export function refuse(
  out: ServerResponse,
  failure: HttpFailure,
  request: number,
  lastOnConnection: boolean,
): void {
  if (out.headersSent) {
    // The status is gone: a body that breaks off is all that still tells the client.
    out.destroy();
    return;
  }
  const body = failureJson(failure, request);
  const headers = [
    ["content-type", "application/json"],
    ["content-length", String(Buffer.byteLength(body))],
    ["cache-control", "no-store"],
  ];
  if (failure.retryAfterSeconds !== undefined)
    headers.push(["retry-after", String(failure.retryAfterSeconds)]);
  if (lastOnConnection) headers.push(["connection", "close"]);
  out.writeHead(failure.status, headers.flat()).end(body);
}
