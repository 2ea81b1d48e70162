// shared-memory.ts: guest memory that a vessel maps, too; what is given back serves again.
import type { Descriptor } from "../../linux/descriptor.js";
import { type Mapping, mapShared } from "../../linux/mapping.js";
import { createMemory, emptyMemory, visitTouchedMemory } from "../../linux/memfd.js";
import type { PageRange } from "../page-ranges.js";
import { VESSEL_PLAN_BYTES } from "./plan.js";

/** The memory of one machine: zeros, until somebody writes. */
export class SharedMemory {
  readonly descriptor: Descriptor;
  /** Bytes of guest memory. */
  readonly guestBytes: number;
  readonly #mapping: Mapping;

  constructor(guestBytes: number) {
    this.guestBytes = guestBytes;
    this.descriptor = createMemory("mayfly-guest", guestBytes);
    try {
      this.#mapping = mapShared(this.descriptor.fd, guestBytes, "guest memory");
      this.#mapping.excludeFromDumps();
    } catch (error) {
      this.descriptor.close();
      throw error;
    }
  }

  /** What the guest sees. */
  get guest(): Uint8Array {
    return this.#mapping.bytes;
  }

  /** Page zero, absent for the guest: what the vessel reads and answers. */
  get plan(): Uint8Array {
    return this.#mapping.bytes.subarray(0, VESSEL_PLAN_BYTES);
  }

  residentBytes(): number {
    return this.#mapping.residentBytes();
  }

  /** Drops every page: nothing of a guest outlives it. */
  empty(): void {
    this.drop(0, this.guestBytes);
  }

  /** Has the pages of a range be there. */
  populate(start: number, end: number): void {
    this.#mapping.populate(start, end - start);
  }

  /** Drops the pages of a range. */
  drop(start: number, end: number): void {
    emptyMemory(this.descriptor, start, end - start);
  }

  /** Pages of these ranges that may hold anything but zeros. */
  touchedRanges(within: readonly PageRange[]): PageRange[] {
    const ranges: PageRange[] = [];
    visitTouchedMemory(this.descriptor, within, (start, end) => ranges.push({ start, end }));
    return ranges;
  }

  close(): void {
    this.#mapping.close();
    this.descriptor.close();
  }
}

/**
 * Free memories kept: as many as a function has VMs at most, unless it says otherwise. They are empty: what they take is addresses and a
 * descriptor each. A burst of 48 VMs that finds them takes 145 ms, one that has to make new ones 300 to 430 ms.
 */
const KEPT = 64;

/** Reusing a memory saves its creation, its mapping, and a view that V8 has to account for. */
export class SharedMemoryPool {
  #free: SharedMemory[] = [];
  #closed = false;

  take(guestBytes: number): SharedMemory {
    const at = this.#free.findIndex((memory) => memory.guestBytes === guestBytes);
    return at >= 0 ? this.#free.splice(at, 1)[0]! : new SharedMemory(guestBytes);
  }

  /** Takes a memory back that no other process maps any more. */
  giveBack(memory: SharedMemory): void {
    memory.empty();
    this.#free.push(memory);
    if (this.#closed || this.#free.length > KEPT) this.#free.shift()?.close();
  }

  close(): void {
    this.#closed = true;
    for (const memory of this.#free.splice(0)) memory.close();
  }
}
