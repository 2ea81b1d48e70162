// prepare.ts: an image laid out for a memory size: computed once, used by every VM that boots from it.

import { Ring } from "../abi/net-ring.js";
import { MayflyError } from "../errors.js";
import type { Image } from "../image/image.js";
import {
  type AddressSpace,
  type Constant,
  LARGE_PAGE,
  PAGE_SIZE,
  pageDown,
  pageUp,
} from "../machine/address-space.js";
import { BOOT_INFO, BOOT_PAGES_END } from "../machine/memory-map.js";

/** Heap and stack below this would be no guest that can do anything. */
const SMALLEST_HEAP_BYTES = 64 * 1024;

export interface PreparedImage {
  readonly image: Image;
  readonly space: AddressSpace;
  /** What pages of the image hold in every VM, constants apart: the guest can only read them. Ascending. */
  readonly contents: readonly Constant[];
  /** What the guest is told: bytes up to its stack. Less than the memory when a net ring lies above. */
  readonly guestMemoryBytes: number;
  /** GPA of the net ring, 0 when the image has no net device. */
  readonly ringAddress: number;
}

/**
 * Lays an image out in `memoryBytes` of guest memory.
 *
 * @throws MayflyError MEMORY_INVALID when it does not fit
 */
export function prepareImage(image: Image, memoryBytes: number): PreparedImage {
  const hasNet = image.devices.some((device) => device.type === "net");
  const ringAddress = hasNet ? pageDown(memoryBytes - Ring.size) : 0;
  const guestMemoryBytes = hasNet ? ringAddress : memoryBytes;
  if (guestMemoryBytes < image.end + SMALLEST_HEAP_BYTES)
    throw new MayflyError(
      "MEMORY_INVALID",
      `memory for ${image.name}: got ${memoryBytes / (1 << 20)} MiB, expected at least ${Math.ceil((image.end + SMALLEST_HEAP_BYTES + memoryBytes - guestMemoryBytes) / (1 << 20))} MiB`,
      { mend: "raise limits.memoryMiB" },
    );
  const constants = constantsOf(image);
  const space: AddressSpace = {
    memoryBytes,
    constants,
    regions: [
      { start: BOOT_INFO, end: BOOT_PAGES_END, permissions: "r" },
      ...image.regions(),
      { start: image.end, end: memoryBytes, permissions: "rw" },
    ],
  };
  return { image, space, contents: contentsOf(image, constants), guestMemoryBytes, ringAddress };
}

/** Text that fills large pages: an image that is laid out so has it mapped in one piece, the same for all of its VMs. */
function constantsOf(image: Image): Constant[] {
  return image.segments
    .filter(
      ({ permissions, address, memoryBytes }) =>
        permissions === "rx" && address % LARGE_PAGE === 0 && memoryBytes % LARGE_PAGE === 0,
    )
    .map(({ address, memoryBytes, fileBytes }) => ({
      start: address,
      end: address + memoryBytes,
      bytes: fileBytes,
    }));
}

function contentsOf(image: Image, constants: readonly Constant[]): Constant[] {
  return image.segments
    .filter(
      ({ permissions, address, fileBytes }) =>
        permissions !== "rw" &&
        address % PAGE_SIZE === 0 &&
        fileBytes.length > 0 &&
        !constants.some(({ start }) => start === address),
    )
    .map(({ address, fileBytes }) => ({
      start: address,
      end: pageUp(address + fileBytes.length),
      bytes: fileBytes,
    }));
}
