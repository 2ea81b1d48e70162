// block-memory.ts: a block device in memory, for tests and for data that need not last.
import type { BlockBackend } from "./block.js";
import { type BlockOptions, checkCapacity, checkSectorSize } from "./block-geometry.js";

/** A block device whose bytes the program can see and change. */
export interface BlockMemory extends BlockBackend {
  /** The device's content. Outlives `close`. */
  readonly bytes: Uint8Array;
}

/**
 * Makes a block device of bytes in memory.
 *
 * @param content the bytes themselves (used in place, not copied), or how many zero bytes: a multiple of the sector size
 * @returns the back-end to attach
 * @throws DEVICE_INVALID when the sector size or the capacity does not fit
 * @example
 * const disk = blockMemory(64 * 512);
 * disk.write(512, new Uint8Array(512).fill(7));
 * disk.bytes[512]; // 7
 */
export function blockMemory(content: Uint8Array | number, options: BlockOptions = {}): BlockMemory {
  const { sectorSize = 512, readOnly = false } = options;
  checkSectorSize("block device in memory", sectorSize);
  checkCapacity("block device in memory", typeof content === "number" ? content : content.length, sectorSize);
  const bytes = typeof content === "number" ? new Uint8Array(content) : content;
  return {
    bytes,
    capacity: bytes.length,
    sectorSize,
    readOnly,
    read: (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
    write: (offset, from) => bytes.set(from, offset),
    close: () => {},
  };
}
