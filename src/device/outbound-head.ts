// outbound-head.ts: heads of requests to the outside and of their responses (docs/abi.md). Every byte of a request's is hostile.
import {
  MAYFLY_OUTBOUND_HEAD_MAX,
  MAYFLY_REDIRECT_MANUAL,
  OutboundRequestHead,
  OutboundResponseHead,
} from "../abi/outbound.js";
import { GuestFault } from "../machine/guest-fault.js";
import type { OutboundRequest, OutboundResponse } from "./outbound-client.js";

const REDIRECTS = ["follow", "error", "manual"] as const;

/**
 * Reads the head that a guest hands over.
 *
 * @param guestBytes where the guest says it lies; it is copied, so that what is checked is what is used
 * @throws GuestFault "bad-hypercall" naming the field
 */
export function readRequestHead(guestBytes: Uint8Array): Omit<OutboundRequest, "body"> {
  const size = OutboundRequestHead.size;
  if (guestBytes.length < size || guestBytes.length > MAYFLY_OUTBOUND_HEAD_MAX)
    throw violation(`head_len: got ${guestBytes.length}, expected ${size} to ${MAYFLY_OUTBOUND_HEAD_MAX}`);
  const copy = Buffer.from(guestBytes);
  const { redirect, header_count, strings_len, reserved } = OutboundRequestHead.read(copy);
  if (redirect > MAYFLY_REDIRECT_MANUAL) throw violation(`redirect: got ${redirect}, expected 0 to 2`);
  if (reserved !== 0) throw violation(`reserved: got ${reserved}, expected 0`);
  if (strings_len !== copy.length - size)
    throw violation(`strings_len: got ${strings_len}, expected head_len - ${size}`);
  const strings = copy.toString("latin1", size).split("\0");
  if (strings.pop() !== "") throw violation("strings: the last does not end with a zero byte");
  if (strings.length !== 2 + 2 * header_count)
    throw violation(`header_count: got ${header_count}, expected half of ${strings.length - 2} strings`);
  const [method, url, ...flat] = strings as [string, string, ...string[]];
  const headers: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) headers.push([flat[i]!, flat[i + 1]!]);
  return { method, url, headers, redirect: REDIRECTS[redirect]! };
}

/** A response's head as the guest gets it; undefined when it is longer than a guest's buffer may be. */
export function encodeResponseHead(response: Omit<OutboundResponse, "body">): Uint8Array | undefined {
  const { status, statusText, url, redirected, headers } = response;
  const texts = [url, statusText, ...headers.flat()];
  const strings = Buffer.from(texts.map((text) => `${text.replaceAll("\0", "")}\0`).join(""), "latin1");
  const length = OutboundResponseHead.size + strings.length;
  if (length > MAYFLY_OUTBOUND_HEAD_MAX) return undefined;
  const head = Buffer.alloc(length);
  OutboundResponseHead.write(head, {
    status,
    header_count: headers.length,
    strings_len: strings.length,
    redirected: redirected ? 1 : 0,
  });
  head.set(strings, OutboundResponseHead.size);
  return head;
}

/** The guest broke the hypercall's rules. */
export function violation(detail: string): GuestFault {
  return new GuestFault("bad-hypercall", `outbound: ${detail}`);
}
