// web-response.ts: from the exchange's response to a web-standard Response.
import type { ExchangeResponse, ResponseBody } from "../monitor/exchange/message.js";
import { bodyTooLong, FunctionError } from "./function-error.js";
import { guestResponse } from "./guest-response.js";

/** Statuses whose responses have no body (Fetch standard, "null body status"). */
const WITHOUT_BODY = new Set([204, 205, 304]);

/** Many thousands, which fit into a head, would take a Response of Node.js's 0.1 s, and the guest next to nothing. */
const MOST_HEADERS = 1000;

/**
 * A response for the caller. A body that is here as a whole needs no stream.
 *
 * @param bodyBytes how long its body may be
 * @param onTooLong called when a stream finds that it is longer: behind that, nobody reads it
 * @throws FunctionError FUNCTION_NO_RESPONSE, FUNCTION_BODY_LIMIT; a stream fails with it instead
 */
export function webResponse(response: ExchangeResponse, bodyBytes: number, onTooLong: () => void): Response {
  const { status, body } = response;
  if (response.headers.length > MOST_HEADERS)
    throw new FunctionError(
      "FUNCTION_NO_RESPONSE",
      `the function gave no response: got ${response.headers.length} headers, expected at most ${MOST_HEADERS}`,
    );
  const init = { status, headers: response.headers as [string, string][] };
  const whole = body.takeWhole();
  if (whole === undefined && !WITHOUT_BODY.has(status))
    return new Response(stream(body, bodyBytes, onTooLong), init);
  if (whole === undefined) void drain(body);
  if (whole !== undefined && whole.length > bodyBytes) throw bodyTooLong(whole.length, bodyBytes);
  const isEmpty = whole === undefined || whole.length === 0 || WITHOUT_BODY.has(status);
  return isEmpty ? new Response(null, init) : guestResponse(whole, init);
}

function stream(body: ResponseBody, bodyBytes: number, onTooLong: () => void): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  let bytes = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done === true) {
          controller.close();
          return;
        }
        bytes += value.length;
        if (bytes > bodyBytes) {
          onTooLong();
          await pieces.return?.();
          controller.error(bodyTooLong(bytes, bodyBytes));
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
