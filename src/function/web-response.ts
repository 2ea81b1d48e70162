// web-response.ts: from the exchange's response to a web-standard Response.
import type { ExchangeResponse, ResponseBody } from "../monitor/exchange/message.js";
import { bodyTooLong, FunctionError } from "./function-error.js";
import { guestResponse } from "./guest-response.js";

/** Statuses whose responses have no body (Fetch standard, "null body status"). */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Many thousands, which fit into a head, would take a Response of Node.js's 0.1 s, and the guest next to nothing. */
const MOST_HEADERS = 1000;

export interface Asked {
  /** Of the request: a response to HEAD has no body, whatever the handler gave it. */
  readonly method: string;
  /** How long the body may be. */
  readonly bodyBytes: number;
  /** What the caller gets for what a stream fails with. */
  readonly errorOf: (cause: unknown) => unknown;
  /** Called when a stream finds that it is longer: behind that, nobody reads it. */
  readonly onTooLong: () => void;
}

/**
 * A response for the caller. A body that is here as a whole needs no stream.
 *
 * @throws FunctionError FUNCTION_NO_RESPONSE, FUNCTION_BODY_LIMIT; a stream fails with the latter instead
 */
export function webResponse(response: ExchangeResponse, asked: Asked): Response {
  const { status, body } = response;
  if (response.headers.length > MOST_HEADERS)
    throw new FunctionError(
      "FUNCTION_NO_RESPONSE",
      `the function gave no response: got ${response.headers.length} headers, expected at most ${MOST_HEADERS}`,
    );
  const init = { status, headers: response.headers as [string, string][] };
  const whole = body.takeWhole();
  const isBodiless = asked.method === "HEAD" || WITHOUT_BODY.has(status);
  if (whole === undefined && !isBodiless) return new Response(stream(body, asked), init);
  // What the guest does wrong in a body that nobody gets is nobody's failure.
  if (whole === undefined) drain(body).catch(() => {});
  if (whole !== undefined && whole.length > asked.bodyBytes)
    throw bodyTooLong("response", whole.length, asked.bodyBytes);
  const isEmpty = whole === undefined || whole.length === 0 || isBodiless;
  return isEmpty ? new Response(null, init) : guestResponse(whole, init);
}

function stream(body: ResponseBody, { bodyBytes, errorOf, onTooLong }: Asked): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next().catch((cause) => Promise.reject(errorOf(cause)));
        if (done === true) {
          controller.close();
          return;
        }
        bytes += value.length;
        if (bytes > bodyBytes) {
          onTooLong();
          await pieces.return?.();
          controller.error(bodyTooLong("response", bytes, bodyBytes));
        } else {
          controller.enqueue(value);
        }
      },
      async cancel() {
        await pieces.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}

async function drain(body: ResponseBody): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}
