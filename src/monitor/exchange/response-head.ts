// response-head.ts: reads the head that a guest hands over (docs/abi.md). Every byte of it is hostile.
import { MAYFLY_EXCHANGE_HEAD_MAX, ResponseHead } from "../../abi/exchange.js";
import { GuestFault } from "../../machine/guest-fault.js";
import type { HeaderList } from "./message.js";

/** RFC 9110, section 5.6.2: token. */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** RFC 9110, section 5.5: visible characters, obs-text, and blanks within. */
const HEADER_VALUE = /^(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?$/;

const at = ResponseHead.offset;

/** A head's bytes while they are checked: one for all, since that takes no turn of the event loop. */
const copy = Buffer.alloc(MAYFLY_EXCHANGE_HEAD_MAX);
const view = new DataView(copy.buffer, copy.byteOffset, copy.length);

export interface DecodedResponseHead {
  readonly status: number;
  readonly headers: HeaderList;
}

/**
 * Decodes a head.
 *
 * @param guestBytes where the guest says it lies; it is copied, so that what is checked is what is used
 * @throws GuestFault "exchange-violation" naming the field
 */
export function decodeResponseHead(guestBytes: Uint8Array): DecodedResponseHead {
  const length = guestBytes.length;
  if (length < ResponseHead.size || length > MAYFLY_EXCHANGE_HEAD_MAX)
    throw violation(`head_len: got ${length}, expected ${ResponseHead.size} to ${MAYFLY_EXCHANGE_HEAD_MAX}`);
  copy.set(guestBytes);
  const status = view.getUint32(at.status, true);
  const headerCount = view.getUint32(at.header_count, true);
  const stringsLength = view.getUint32(at.strings_len, true);
  const reserved = view.getUint32(at.reserved, true);
  if (status < 200 || status > 599) throw violation(`status: got ${status}, expected 200 to 599`);
  if (stringsLength !== length - ResponseHead.size)
    throw violation(`strings_len: got ${stringsLength}, expected head_len - ${ResponseHead.size}`);
  if (reserved !== 0) throw violation(`reserved: got ${reserved}, expected 0`);
  const strings = copy.toString("latin1", ResponseHead.size, length).split("\0");
  if (strings.pop() !== "") throw violation("strings: the last does not end with a zero byte");
  if (strings.length !== headerCount * 2)
    throw violation(`header_count: got ${headerCount}, expected half of ${strings.length} strings`);
  const headers: [string, string][] = [];
  for (let i = 0; i < strings.length; i += 2) {
    const name = strings[i]!;
    const value = strings[i + 1]!;
    if (!HEADER_NAME.test(name)) throw violation(`header ${i / 2}: its name is no HTTP token`);
    if (!HEADER_VALUE.test(value))
      throw violation(`header ${i / 2} (${name}): its value is not what HTTP allows`);
    headers.push([name, value]);
  }
  return { status, headers };
}

/** The guest broke the exchange's protocol. */
export function violation(detail: string): GuestFault {
  return new GuestFault("exchange-violation", `exchange: ${detail}`);
}
