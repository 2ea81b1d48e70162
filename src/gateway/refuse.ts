// refuse.ts: tells a client that its request failed, in JSON; or, when a response is on its way already, breaks it off.
import type { ServerResponse } from "node:http";
import type { Client } from "./client.js";
import { writeHead } from "./http/write-head.js";
import { failureJson, type HttpFailure } from "./http-failure.js";

/**
 * Ends a response with a failure.
 *
 * @param requestId what the log calls the request, for whoever reports it
 * @param client who gets it
 */
export function refuse(
  out: ServerResponse,
  failure: HttpFailure,
  requestId: string,
  client: Pick<Client, "receivedBytes">,
  lastOnConnection: boolean,
): void {
  if (out.headersSent) {
    // The status is gone: a body that breaks off is all that still tells the client.
    out.destroy();
    return;
  }
  const body = failureJson(failure, requestId);
  const length = Buffer.byteLength(body);
  if (out.req.method !== "HEAD") client.receivedBytes = length;
  const headers = [
    ["content-type", "application/json"],
    ["content-length", String(length)],
    ["cache-control", "no-store"],
    ["x-request-id", requestId],
  ];
  if (failure.retryAfterSeconds !== undefined)
    headers.push(["retry-after", String(failure.retryAfterSeconds)]);
  if (failure.allow !== undefined) headers.push(["allow", failure.allow]);
  // What is no proper HTTP may be followed by what its client takes for something else (RFC 9112, section 11.2).
  if (lastOnConnection || failure.status === 400 || failure.status === 501)
    headers.push(["connection", "close"]);
  writeHead(out, failure.status, headers.flat()).end(body);
}
