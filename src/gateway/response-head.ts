// response-head.ts: a guest's response head as HTTP may carry it: hygiene, and what its content-length promises.
import type { ExchangeResponse } from "../monitor/exchange/message.js";
import { endToEndPairs } from "./headers.js";
import { HttpFailure } from "./http-failure.js";

export interface ResponseHead {
  readonly status: number;
  /** Name, value, name, value: what writeHead takes. Without content-length. */
  readonly headers: string[];
  /** Bytes of the body that the guest promised; undefined when it did not say. */
  readonly promisedLength: number | undefined;
  /** False when HTTP allows the response no body, whatever the guest hands over. */
  readonly hasBody: boolean;
}

/**
 * Cleans a guest's head: no connection headers, neither date nor request id (the gateway tells them itself).
 *
 * @throws HttpFailure 502 when its content-length is no length, or two that differ
 */
export function cleanResponseHead(
  response: Pick<ExchangeResponse, "status" | "headers">,
  method: string,
): ResponseHead {
  const headers: string[] = [];
  let promised: string | undefined;
  for (const [name, value] of endToEndPairs(response.headers)) {
    if (name === "date" || name === "x-request-id") continue;
    if (name !== "content-length") headers.push(name, value);
    else if (!/^\d{1,15}$/.test(value) || (promised !== undefined && promised !== value))
      throw badLength("its content-length is no length");
    else promised = value;
  }
  const { status } = response;
  const hasBody = mayHaveBody(method, status);
  // A HEAD's length is that of the GET, and a 304's that of the 200: they promise nothing about this body.
  if (!hasBody && (method === "HEAD" || status === 304) && promised !== undefined)
    headers.push("content-length", promised);
  if (status === 205) headers.push("content-length", "0");
  const promisedLength = hasBody && promised !== undefined ? Number(promised) : undefined;
  return { status, headers, promisedLength, hasBody };
}

/** False when HTTP allows a response no body. */
export function mayHaveBody(method: string, status: number): boolean {
  return method !== "HEAD" && status !== 204 && status !== 205 && status !== 304;
}

/** A response whose length is not what its head says. */
export function badLength(detail: string): HttpFailure {
  return new HttpFailure(502, "bad-response", `the guest's response breaks HTTP: ${detail}`, {
    reason: "content-length",
  });
}
