// boot-info.ts: what a guest's entry point gets in rdi (Solo5 include/hvt_abi.h, struct hvt_boot_info). Layouts only.
import { gpa, struct, u32, u64 } from "./struct.js";

export const BootInfo = struct(
  "hvt_boot_info",
  {
    mem_size: u64 /* bytes */,
    kernel_end: gpa,
    cpu_cycle_freq: u64 /* TSC, Hz */,
    cmdline: gpa /* C string */,
    mft: gpa /* struct mft */,
    host_features: u32 /* HVT_FEATURE_… offered */,
    guest_features: u32,
    net_ring: gpa /* 0 if absent */,
  },
  { size: 56 },
);

/** Bytes that a command line may take, its terminator included. */
export const HVT_CMDLINE_SIZE = 8192;

/** Solo5 0.11: a ring for the net devices, at `net_ring`. */
export const HVT_FEATURE_RING_IO = 1 << 0;
/** Mayfly: the exchange (docs/abi.md). Solo5 gives bits from below, Mayfly from above. */
export const MAYFLY_FEATURE_EXCHANGE = 0x8000_0000;
/** Mayfly: requests to the outside (docs/abi.md). Offered with the exchange only, to images without devices. */
export const MAYFLY_FEATURE_OUTBOUND = 0x4000_0000;
