// request-head.ts: a request's head as the guest gets it (docs/abi.md). Bytes out, no I/O but the random generator.
import { MAYFLY_BODY_LEN_UNKNOWN, MAYFLY_EXCHANGE_HEAD_MAX, RequestHead } from "../../abi/exchange.js";
import { roundUp } from "../../abi/struct.js";
import { MayflyError } from "../../errors.js";
import { wallTime } from "../../linux/wall-clock.js";
import { fillWithEntropy } from "./entropy.js";
import type { ExchangeRequest } from "./message.js";

/** The body follows at a multiple of this many bytes. */
const BODY_ALIGN = 8;
/** What a guest's strings of bytes cannot hold. */
const NO_BYTE = /[\u0100-\uffff]/;

/**
 * Encodes a head, padded so that the body can follow.
 *
 * @throws MayflyError OPTION_INVALID when it is larger than a guest's buffer may be, or a string is none of bytes
 */
export function encodeRequestHead(request: ExchangeRequest): Uint8Array {
  const strings = [request.method, request.origin, request.target];
  for (const [name, value] of request.headers) strings.push(name, value);
  // A zero byte within, or a character that becomes one when it is cut to a byte, would smuggle a header into another's value.
  if (strings.some((string) => string.includes("\0") || NO_BYTE.test(string)))
    throw new MayflyError(
      "OPTION_INVALID",
      "a request's method, origin, target or header holds a zero byte or a character above U+00FF",
    );
  const stringBytes = Buffer.from(`${strings.join("\0")}\0`, "latin1");
  const length = roundUp(RequestHead.size + stringBytes.length, BODY_ALIGN);
  if (length > MAYFLY_EXCHANGE_HEAD_MAX)
    throw new MayflyError(
      "OPTION_INVALID",
      `a request's head: got ${length} bytes, expected at most ${MAYFLY_EXCHANGE_HEAD_MAX}`,
    );
  const head = new Uint8Array(length);
  const entropyAt = RequestHead.offset.entropy;
  fillWithEntropy(head.subarray(entropyAt, entropyAt + RequestHead.fields.entropy.size));
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
