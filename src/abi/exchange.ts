// exchange.ts: Mayfly's own hypercall: a response for the next request, in one call (docs/abi.md). Layouts only.
import { bytes, gpa, i32, struct, u32, u64 } from "./struct.js";

/** A 32-bit `out` of the GPA of a `mayfly_hc_exchange` to this port. Offered by MAYFLY_FEATURE_EXCHANGE. */
export const MAYFLY_EXCHANGE_PIO = 0x700;

/** Ends the response with this piece, waits for the next request and brings its first piece. */
export const MAYFLY_EXCHANGE_NEXT = 1;
/** Brings the next piece of this request's body. */
export const MAYFLY_EXCHANGE_READ = 2;
/** Hands over a piece of the response; more will follow. */
export const MAYFLY_EXCHANGE_WRITE = 3;

/** As READ, but never waits: the result is SOLO5_R_AGAIN when no piece is here yet, and poll tells when there is. */
export const MAYFLY_EXCHANGE_TRY_READ = 4;
/** Hands over the last piece of the response; the guest still works, and its NEXT brings no response any more. */
export const MAYFLY_EXCHANGE_END = 5;
/** Breaks the response off, which has begun, and ends the guest. The body says why, for whoever runs the guest. */
export const MAYFLY_EXCHANGE_ABANDON = 6;

/** The bit of poll's ready set that says: a TRY_READ that was answered AGAIN would now be answered. */
export const MAYFLY_READY_BODY = 63;

/** Out flag: the request's body goes on after this piece. */
export const MAYFLY_EXCHANGE_MORE = 1;

/** A guest's buffer holds at least this many bytes, so that every request head fits. */
export const MAYFLY_EXCHANGE_BUFFER_MIN = 65536;
/** So many bytes an ABANDON may have. */
export const MAYFLY_ABANDON_MAX = 131072;
/** A response head, its strings included, takes at most this many bytes. */
export const MAYFLY_EXCHANGE_HEAD_MAX = 65536;
/** `body_len` of a request whose length is not known beforehand. */
export const MAYFLY_BODY_LEN_UNKNOWN = 0xffff_ffff_ffff_ffffn;

export const Exchange = struct(
  "mayfly_hc_exchange",
  {
    operation: u32 /* in, MAYFLY_EXCHANGE_… */,
    flags: u32 /* out */,
    head: gpa /* in, a mayfly_response_head and its strings; head_len 0: none with this piece */,
    head_len: u64 /* in, bytes */,
    body: gpa /* in, a piece of the response's body */,
    body_len: u64 /* in, bytes */,
    buffer: gpa /* in, where the request goes */,
    buffer_len: u64 /* in, bytes */,
    request_head_len: u64 /* out, bytes at the buffer's start, a multiple of 8; 0 from READ */,
    request_body_len: u64 /* out, bytes that follow it */,
    ret: i32 /* out, SOLO5_R_… */,
  },
  { size: 80 },
);

/** Strings follow, each ended by a zero byte: method, origin, target, then name and value of each header. */
export const RequestHead = struct(
  "mayfly_request_head",
  {
    time_ns: u64 /* wall clock, since 1970 */,
    entropy: bytes(32) /* fresh for every request */,
    body_len: u64 /* bytes in all, or MAYFLY_BODY_LEN_UNKNOWN */,
    header_count: u32,
    strings_len: u32 /* bytes */,
  },
  { size: 56 },
);

/** Strings follow, each ended by a zero byte: name and value of each header. */
export const ResponseHead = struct(
  "mayfly_response_head",
  { status: u32 /* 200 to 599 */, header_count: u32, strings_len: u32 /* bytes */, reserved: u32 },
  { size: 16 },
);
