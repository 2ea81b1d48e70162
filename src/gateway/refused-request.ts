// refused-request.ts: a request of which there is nothing but its refusal is told of like any other.
import { newRequestId } from "./http/request-id.js";
import type { HttpFailure } from "./http-failure.js";
import type { Serving } from "./serve-request.js";

/** In the place of a method and a path that nobody could read, as web servers' logs have it. */
const UNKNOWN = "-";

/**
 * Counts it and has it logged.
 *
 * @param client its address
 * @returns its id
 */
export function tellOfRefused(serving: Serving, failure: HttpFailure, client: string | undefined): string {
  const id = newRequestId();
  serving.onRequest({
    request: ++serving.requests,
    id,
    trace: undefined,
    client,
    function: undefined,
    method: UNKNOWN,
    host: undefined,
    protocol: UNKNOWN,
    userAgent: undefined,
    clientRequestId: undefined,
    path: UNKNOWN,
    status: failure.status,
    totalMs: 0,
    responseBytes: 0,
    vm: undefined,
    cost: undefined,
    failure,
    end: undefined,
    console: "",
  });
  return id;
}
