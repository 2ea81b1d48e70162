// block-geometry.ts: which sizes a block device can have. No I/O.
import { MayflyError } from "../errors.js";

/** Solo5's smallest. */
export const SECTOR_SIZE_MIN = 512;
/** The largest power of two that the manifest's 16-bit field holds. */
export const SECTOR_SIZE_MAX = 32768;

/** Options that all block back-ends share. */
export interface BlockOptions {
  /** Bytes, a power of two from 512 to 32768. 512 unless given. */
  readonly sectorSize?: number;
  /** Refuses the guest's writes. */
  readonly readOnly?: boolean;
}

/** Throws DEVICE_INVALID unless the sector size is one. @param what names the device in the message */
export function checkSectorSize(what: string, sectorSize: number): void {
  const isPowerOfTwo = Number.isInteger(Math.log2(sectorSize));
  if (isPowerOfTwo && sectorSize >= SECTOR_SIZE_MIN && sectorSize <= SECTOR_SIZE_MAX) return;
  throw new MayflyError(
    "DEVICE_INVALID",
    `${what}: got a sector size of ${sectorSize} bytes, expected a power of two from ${SECTOR_SIZE_MIN} to ${SECTOR_SIZE_MAX}`,
    { mend: `leave the sector size out (it is ${SECTOR_SIZE_MIN} then), or give 512 or 4096` },
  );
}

/** Throws DEVICE_INVALID unless the capacity is at least one sector, and whole sectors. */
export function checkCapacity(what: string, capacity: number, sectorSize: number): void {
  if (capacity >= sectorSize && capacity % sectorSize === 0) return;
  const expected = capacity < sectorSize ? "at least one sector" : "a multiple of the sector size";
  const rounded = Math.max(1, Math.ceil(capacity / sectorSize)) * sectorSize;
  throw new MayflyError(
    "DEVICE_INVALID",
    `${what}: got ${capacity} bytes, expected ${expected}, ${sectorSize} bytes`,
    {
      mend: `make it ${rounded} bytes long (truncate --size=${rounded} FILE), or give another sector size`,
    },
  );
}
