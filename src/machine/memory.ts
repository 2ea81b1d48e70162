// memory.ts: the one door to guest memory. Every range that a guest names is checked here, against what the guest itself may do.

import type { AddressSpace, Constant, Region } from "./address-space.js";
import { GuestFault } from "./guest-fault.js";

/**
 * Guest memory as bytes. `readable` and `writable` are for ranges that a guest names: they end the guest
 * (by throwing `GuestFault`) when the guest itself could not do the same there. `bytes` is for the monitor's own writes.
 */
export class GuestMemory {
  /** Bytes. */
  readonly size: number;
  readonly bytes: Uint8Array;
  readonly #regions: readonly Region[];
  readonly #apart: readonly Constant[];

  /** @param apart constants of full length that do not lie in `bytes`, where there are zeros in their place */
  constructor(bytes: Uint8Array, space: AddressSpace, apart: readonly Constant[] = []) {
    this.size = space.memoryBytes;
    this.bytes = bytes;
    this.#regions = space.regions;
    this.#apart = apart;
  }

  /** A view of a range that the guest may read. Its content can change at any time: copy, then check, then use. */
  readable(address: bigint | number, length: bigint | number, what: string): Uint8Array {
    return this.#range(address, length, what, false);
  }

  /** A view of a range that the guest may write. */
  writable(address: bigint | number, length: bigint | number, what: string): Uint8Array {
    return this.#range(address, length, what, true);
  }

  /** As many of `length` bytes as the guest may read from `address` on; none when it lies nowhere. */
  readablePrefix(address: bigint, length: number): Uint8Array {
    const start = Number(address);
    for (const region of this.#regions) {
      if (start >= region.start && start < region.end)
        return this.#read(start, Math.min(start + length, region.end));
    }
    return this.bytes.subarray(0, 0);
  }

  #range(address: bigint | number, length: bigint | number, what: string, write: boolean): Uint8Array {
    const start = Number(address);
    const bytes = Number(length);
    const end = start + bytes;
    // Numbers above 2^53 lose their low bits but stay far above any memory size, so this comparison is exact where it matters.
    if (!(start >= 0 && bytes >= 0 && end <= this.size))
      this.#refuse(start, bytes, what, "lies outside guest memory");
    let at = start;
    for (const region of this.#regions) {
      if (at < region.start) break;
      if (at >= region.end) continue;
      if (write && region.permissions !== "rw") break;
      at = region.end;
      if (at >= end) return write ? this.bytes.subarray(start, end) : this.#read(start, end);
    }
    if (bytes === 0) return this.bytes.subarray(start, start);
    this.#refuse(
      start,
      bytes,
      what,
      write ? "is not writable for the guest" : "is not readable for the guest",
    );
  }

  /** For reading: a view where the range lies in one place, else a copy put together. */
  #read(start: number, end: number): Uint8Array {
    const around = this.#apart.filter((each) => each.start < end && each.end > start);
    const [first] = around;
    if (first === undefined) return this.bytes.subarray(start, end);
    if (first.start <= start && first.end >= end)
      return first.bytes.subarray(start - first.start, end - first.start);
    const copy = this.bytes.slice(start, end);
    for (const each of around) {
      const from = Math.max(start, each.start);
      const to = Math.min(end, each.end);
      copy.set(each.bytes.subarray(from - each.start, to - each.start), from - start);
    }
    return copy;
  }

  #refuse(start: number, bytes: number, what: string, problem: string): never {
    throw new GuestFault(
      "bad-pointer",
      `${what}: ${bytes} bytes at 0x${start.toString(16)} ${problem}`,
      BigInt(start),
    );
  }
}
