// net-ring.ts: the ring that Solo5 0.11 and later share with the host for net devices (include/hvt_ring.h). Layouts only.
import { gpa, i32, struct, u32, u64 } from "./struct.js";

/** A 32-bit `out` here says: entries are waiting. */
export const HVT_RING_KICK_PIO_BASE = 0x600;

/** Slots of each of the two arrays. */
export const HVT_RING_SIZE = 1024;
export const HVT_RING_MASK = HVT_RING_SIZE - 1;

export const HVT_RING_NET_WRITE = 1;
export const HVT_RING_NET_READ = 2;

export const RingEntry = struct(
  "hvt_ring_entry",
  { operation: u32, handle: u32, data: gpa, len: u32 /* bytes */, id: u32, _reserved: u64 },
  { size: 32 },
);

export const RingCommit = struct(
  "hvt_ring_commit",
  { id: u32, ret: i32, len: u32 /* bytes */, _reserved: u32 },
  { size: 16 },
);

/** Offsets in struct hvt_ring, bytes: the guest writes the first cache line, the host the second. */
export const Ring = {
  ent_tail: 0,
  com_head: 4,
  ent_head: 64,
  com_tail: 68,
  needs_kick: 72,
  entries: 128,
  commits: 128 + HVT_RING_SIZE * RingEntry.size,
  size: 128 + HVT_RING_SIZE * (RingEntry.size + RingCommit.size),
} as const;
