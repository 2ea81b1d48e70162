// manifest.ts: the notes of an image: ABI1 and MFT1 (Solo5 include/elf_abi.h, include/mft_abi.h). Layouts only.
import { bytes, struct, u8, u16, u32, u64 } from "./struct.js";

export const SOLO5_NOTE_NAME = "Solo5";
export const ABI1_NOTE_TYPE = 0x31494241;
export const MFT1_NOTE_TYPE = 0x3154464d;

export const HVT_ABI_TARGET = 1;
export const HVT_ABI_VERSION = 2;

export const Abi1Info = struct(
  "abi1_info",
  { abi_target: u32, abi_version: u32, reserved0: u32, reserved1: u32 },
  { size: 16 },
);

export const MFT_VERSION = 1;
export const MFT_MAX_ENTRIES = 64;
/** Bytes of a device name, its terminator included. */
export const MFT_NAME_SIZE = 68;

export const MFT_DEV_BLOCK_BASIC = 1;
export const MFT_DEV_NET_BASIC = 2;
export const MFT_RESERVED_FIRST = 1 << 30;

/** The head of the manifest; the entries follow. */
export const Mft = struct("mft", { version: u32, entries: u32 }, { size: 8 });

/** One entry. `u` is a union: `BlockBasic` or `NetBasic`; `b` is the host's own. */
export const MftEntry = struct(
  "mft_entry",
  { name: bytes(MFT_NAME_SIZE), type: u32, u: aligned8(16), b: u64, attached: u8 },
  { size: 104 },
);

export const BlockBasic = struct(
  "mft_block_basic",
  { capacity: u64 /* bytes */, block_size: u16 },
  { size: 16 },
);

export const NetBasic = struct("mft_net_basic", { mac: bytes(6), mtu: u16 }, { size: 8 });

/** A union whose widest member is a u64. */
function aligned8(size: number) {
  return { ...bytes(size), align: 8 };
}
