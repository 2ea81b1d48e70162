// outbound.ts: Mayfly's own hypercall: HTTP requests from a guest to the outside, several at once (docs/abi.md). Layouts only.
import { gpa, i32, struct, u32, u64 } from "./struct.js";

/** A 32-bit `out` of the GPA of a `mayfly_hc_outbound` to this port. Offered by MAYFLY_FEATURE_OUTBOUND. */
export const MAYFLY_OUTBOUND_PIO = 0x701;

/** Starts a request: its head, and its body's first piece. */
export const MAYFLY_OUTBOUND_OPEN = 1;
/** Hands over a further piece of its body. */
export const MAYFLY_OUTBOUND_WRITE = 2;
/** Brings the response's head, then its body piece by piece. */
export const MAYFLY_OUTBOUND_READ = 3;
/** Gives a request up. */
export const MAYFLY_OUTBOUND_CLOSE = 4;

/** In flag of OPEN and WRITE: the body goes on after this piece. */
export const MAYFLY_OUTBOUND_MORE = 1;
/** Out flags of READ: the buffer holds the response's head; the response is over; it failed, and the buffer says why. */
export const MAYFLY_OUTBOUND_HEAD = 1;
export const MAYFLY_OUTBOUND_END = 2;
export const MAYFLY_OUTBOUND_FAILED = 4;

/** What to do with a redirect. */
export const MAYFLY_REDIRECT_FOLLOW = 0;
export const MAYFLY_REDIRECT_ERROR = 1;
export const MAYFLY_REDIRECT_MANUAL = 2;

/** So many requests may be open at once: handles are 0 to 15. */
export const MAYFLY_OUTBOUND_MAX = 16;
/** The bit of poll's ready set for handle 0: a call that was answered AGAIN would now be answered. */
export const MAYFLY_READY_OUTBOUND = 32;
/** A head of either kind, its strings included, takes at most this many bytes; a guest's buffer holds at least as many. */
export const MAYFLY_OUTBOUND_HEAD_MAX = 65536;

export const Outbound = struct(
  "mayfly_hc_outbound",
  {
    operation: u32 /* in, MAYFLY_OUTBOUND_… */,
    handle: u32 /* in; out of OPEN */,
    in_flags: u32 /* in, MAYFLY_OUTBOUND_MORE */,
    out_flags: u32 /* out of READ */,
    head: gpa /* in of OPEN, a mayfly_outbound_request and its strings */,
    head_len: u64 /* in, bytes */,
    body: gpa /* in of OPEN and WRITE, a piece of the request's body */,
    body_len: u64 /* in, bytes */,
    buffer: gpa /* in of READ, where head or piece goes */,
    buffer_len: u64 /* in of READ, bytes, at least MAYFLY_OUTBOUND_HEAD_MAX */,
    answer_len: u64 /* out of READ, bytes in the buffer */,
    ret: i32 /* out, SOLO5_R_… */,
  },
  { size: 80 },
);

/** Strings follow, each ended by a zero byte: method, URL, then name and value of each header. */
export const OutboundRequestHead = struct(
  "mayfly_outbound_request",
  { redirect: u32 /* MAYFLY_REDIRECT_… */, header_count: u32, strings_len: u32 /* bytes */, reserved: u32 },
  { size: 16 },
);

/** Strings follow, each ended by a zero byte: URL, status text, then name and value of each header. */
export const OutboundResponseHead = struct(
  "mayfly_outbound_response",
  { status: u32, header_count: u32, strings_len: u32 /* bytes */, redirected: u32 /* 0 or 1 */ },
  { size: 16 },
);
