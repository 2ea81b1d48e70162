// hypercalls.ts: Solo5's hvt hypercalls, ABI version 2 (Solo5 include/hvt_abi.h). Layouts only.
import { gpa, i32, struct, u64 } from "./struct.js";

/** Hypercall n is a 32-bit `out` of the argument struct's GPA to port HVT_HYPERCALL_PIO_BASE + n. */
export const HVT_HYPERCALL_PIO_BASE = 0x500;
export const HVT_GUEST_MIN_BASE = 0x100000;

export const HVT_HYPERCALL_WALLTIME = 1;
export const HVT_HYPERCALL_PUTS = 2;
export const HVT_HYPERCALL_POLL = 3;
export const HVT_HYPERCALL_BLOCK_WRITE = 4;
export const HVT_HYPERCALL_BLOCK_READ = 5;
export const HVT_HYPERCALL_NET_WRITE = 6;
export const HVT_HYPERCALL_NET_READ = 7;
export const HVT_HYPERCALL_HALT = 8;
export const HVT_HYPERCALL_MAX = 9;

/** Bytes that must be readable at a halt's cookie. */
export const HVT_HALT_COOKIE_MAX = 512;

/** Results that a guest sees (Solo5 include/solo5.h, solo5_result_t). */
export const SOLO5_R_OK = 0;
export const SOLO5_R_AGAIN = 1;
export const SOLO5_R_EINVAL = 2;
export const SOLO5_R_EUNSPEC = 3;

export const Walltime = struct("hvt_hc_walltime", { nsecs: u64 /* out, since 1970 */ }, { size: 8 });

export const Puts = struct("hvt_hc_puts", { data: gpa, len: u64 /* bytes */ }, { size: 16 });

export const Poll = struct(
  "hvt_hc_poll",
  { timeout_nsecs: u64, ready_set: u64 /* out, a bit a handle */, ret: i32 /* out, number of bits */ },
  { size: 24 },
);

export const BlockWrite = struct(
  "hvt_hc_block_write",
  { handle: u64, offset: u64 /* bytes */, data: gpa, len: u64 /* bytes */, ret: i32 /* out */ },
  { size: 40 },
);

export const BlockRead = struct(
  "hvt_hc_block_read",
  { handle: u64, offset: u64 /* bytes */, data: gpa, len: u64 /* in/out, bytes */, ret: i32 /* out */ },
  { size: 40 },
);

export const NetWrite = struct(
  "hvt_hc_net_write",
  { handle: u64, data: gpa, len: u64 /* bytes */, ret: i32 /* out */ },
  { size: 32 },
);

export const NetRead = struct(
  "hvt_hc_net_read",
  { handle: u64, data: gpa, len: u64 /* in/out, bytes */, ret: i32 /* out */ },
  { size: 32 },
);

export const Halt = struct("hvt_hc_halt", { cookie: gpa, exit_status: i32 }, { size: 16 });
