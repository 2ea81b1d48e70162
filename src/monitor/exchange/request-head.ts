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

const at = RequestHead.offset;
/** A head while it is put together: one for all, since that takes no turn of the event loop. */
const draft = Buffer.alloc(MAYFLY_EXCHANGE_HEAD_MAX);
const view = new DataView(draft.buffer, draft.byteOffset, draft.length);
const entropy = draft.subarray(at.entropy, at.entropy + RequestHead.fields.entropy.size);

/** A head that can be written: what the request says of it, checked. */
export interface CheckedHead {
  /** Bytes, padded so that the body can follow. */
  readonly length: number;
  /** Each ended by a zero character. */
  readonly strings: string;
  readonly headerCount: number;
  readonly bodyLength: bigint;
}

/**
 * Checks a head.
 *
 * @throws MayflyError OPTION_INVALID when it is larger than a guest's buffer may be, or a string is none of bytes
 */
export function checkRequestHead(request: ExchangeRequest): CheckedHead {
  const { method, origin, target, headers } = request;
  let strings = `${method}\0${origin}\0${target}\0`;
  for (const [name, value] of headers) strings += `${name}\0${value}\0`;
  // A zero byte within, or a character that becomes one when it is cut to a byte, would smuggle a header into another's value.
  if (countZeros(strings) !== 3 + 2 * headers.length || NO_BYTE.test(strings))
    throw new MayflyError(
      "OPTION_INVALID",
      "a request's method, origin, target or header holds a zero byte or a character above U+00FF",
    );
  const length = roundUp(RequestHead.size + strings.length, BODY_ALIGN);
  if (length > MAYFLY_EXCHANGE_HEAD_MAX)
    throw new MayflyError(
      "OPTION_INVALID",
      `a request's head: got ${length} bytes, expected at most ${MAYFLY_EXCHANGE_HEAD_MAX}`,
    );
  return { length, strings, headerCount: headers.length, bodyLength: bodyLength(request) };
}

/** Writes a head at a buffer's start, with the time of now and entropy of its own. */
export function writeRequestHead(
  { length, strings, headerCount, bodyLength }: CheckedHead,
  into: Uint8Array,
): void {
  view.setBigUint64(at.time_ns, wallTime(), true);
  fillWithEntropy(entropy);
  view.setBigUint64(at.body_len, bodyLength, true);
  view.setUint32(at.header_count, headerCount, true);
  view.setUint32(at.strings_len, strings.length, true);
  const end = RequestHead.size + draft.write(strings, RequestHead.size, "latin1");
  draft.fill(0, end, length);
  into.set(draft.subarray(0, length));
  entropy.fill(0);
}

function countZeros(text: string): number {
  let count = 0;
  for (let i = text.indexOf("\0"); i >= 0; i = text.indexOf("\0", i + 1)) count++;
  return count;
}

function bodyLength({ body, bodyLength }: ExchangeRequest): bigint {
  if (body === undefined) return 0n;
  if (body instanceof Uint8Array) return BigInt(body.length);
  return bodyLength === undefined ? MAYFLY_BODY_LEN_UNKNOWN : BigInt(bodyLength);
}
