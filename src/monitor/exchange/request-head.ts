// request-head.ts: a request's head as the guest gets it (docs/abi.md). Bytes out, no I/O but the random generator.
import { randomFillSync } from "node:crypto";
import { MAYFLY_BODY_LEN_UNKNOWN, MAYFLY_EXCHANGE_HEAD_MAX, RequestHead } from "../../abi/exchange.js";
import { roundUp } from "../../abi/struct.js";
import { MayflyError } from "../../errors.js";
import { wallTime } from "../../linux/wall-clock.js";
import type { ExchangeRequest } from "./message.js";

/** The body follows at a multiple of this many bytes. */
const BODY_ALIGN = 8;

/**
 * Encodes a head, padded so that the body can follow.
 *
 * @throws MayflyError OPTION_INVALID when it is larger than a guest's buffer may be, or a string holds a zero byte
 */
export function encodeRequestHead(request: ExchangeRequest): Uint8Array {
  const strings = [request.method, request.origin, request.target];
  for (const [name, value] of request.headers) strings.push(name, value);
  const text = `${strings.join("\0")}\0`;
  // One zero byte for each string, or somebody smuggles a header into another's value.
  if (text.split("\0").length !== strings.length + 1)
    throw new MayflyError("OPTION_INVALID", "a request's method, target or header holds a zero byte");
  const stringBytes = Buffer.from(text, "latin1");
  const length = roundUp(RequestHead.size + stringBytes.length, BODY_ALIGN);
  if (length > MAYFLY_EXCHANGE_HEAD_MAX)
    throw new MayflyError(
      "OPTION_INVALID",
      `a request's head: got ${length} bytes, expected at most ${MAYFLY_EXCHANGE_HEAD_MAX}`,
    );
  const head = new Uint8Array(length);
  const entropyAt = RequestHead.offset.entropy;
  randomFillSync(head, entropyAt, RequestHead.fields.entropy.size);
  RequestHead.write(head, {
    time_ns: wallTime(),
    body_len: bodyLength(request),
    header_count: request.headers.length,
    strings_len: stringBytes.length,
  });
  head.set(stringBytes, RequestHead.size);
  return head;
}

function bodyLength({ body, bodyLength }: ExchangeRequest): bigint {
  if (body === undefined) return 0n;
  if (body instanceof Uint8Array) return BigInt(body.length);
  return bodyLength === undefined ? MAYFLY_BODY_LEN_UNKNOWN : BigInt(bodyLength);
}
