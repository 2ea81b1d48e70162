// answer.ts: hands a Response to the monitor: whole where it is here, else in pieces; and stays for what was promised behind it.
import { takeBody } from "./body.js";
import type { Source } from "./content.js";
import { host } from "./host.js";
import { withoutReserved } from "./reserved.js";
import { type Response, responseHeaders } from "./response.js";
import { describe } from "./thrown.js";
import { verdictJson, verdictOn } from "./verdict.js";

/** Room for a head's strings (MAYFLY_EXCHANGE_HEAD_MAX less the struct before them), bytes. */
const HEAD_BYTES = 65536 - 16;

/** Headers may hold control characters, HTTP may not. */
const LINE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * Answers the request.
 *
 * @param pending what waitUntil() was given: the guest works on until all of it has settled
 * @throws what is wrong with the response, as long as nothing of it was sent
 */
export async function answerWith(response: Response, pending: Promise<unknown>[]): Promise<void> {
  const { status } = response;
  if (status === 0) throw new TypeError("the handler returned Response.error(), which no client can be sent");
  const headers = permitted(responseHeaders(response));
  const body = takeBody(response);
  const isHere = body === undefined || typeof body === "string" || body instanceof ArrayBuffer;
  if (isHere && pending.length === 0) {
    host.respond(status, headers, body, 0, body instanceof ArrayBuffer ? body.byteLength : 0);
    return;
  }
  host.respondBegin(status, headers);
  // Nothing may reach the caller from here on: it would answer again.
  try {
    if (!isHere) await pump(body);
    else if (body !== undefined) write(typeof body === "string" ? host.encode(body) : body);
  } catch (error) {
    const verdict = verdictOn(error);
    host.print(`error: the response's body failed: ${describe(verdict.told)}`);
    host.abandon(verdictJson(verdict));
  }
  if (pending.length > 0) host.respondEnd();
  // More may be promised meanwhile.
  for (let settled = 0; settled < pending.length; settled++) await pending[settled];
  host.finish();
}

async function pump(body: Source): Promise<void> {
  for (let piece = await body.read(); piece !== undefined; piece = await body.read()) write(piece);
}

function write(piece: ArrayBuffer): void {
  if (piece.byteLength > 0) host.respondWrite(piece, 0, piece.byteLength);
}

/** The headers as they may be sent. Names by which the runtime speaks for itself are left out. */
function permitted(all: readonly string[]): readonly string[] {
  const headers = withoutReserved(all);
  let bytes = 0;
  for (const text of headers) {
    bytes += text.length + 1;
    if (!LINE.test(text))
      throw new TypeError(
        `the response's headers: got ${JSON.stringify(text)}, expected no control characters`,
      );
  }
  if (bytes > HEAD_BYTES)
    throw new RangeError(`the response's headers: got ${bytes} bytes, expected at most ${HEAD_BYTES}`);
  return headers;
}
