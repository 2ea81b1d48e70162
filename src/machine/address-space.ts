// address-space.ts: which guest addresses exist and what the guest may do there. Pure data; each machine makes it true.
import { roundUp } from "../abi/struct.js";

export const PAGE_SIZE = 4096;

/** "r" read, "rw" read and write, "rx" read and execute. Nothing is ever writable and executable. */
export type Permissions = "r" | "rw" | "rx";

/** A page-aligned run of guest addresses with one permission. */
export interface Region {
  readonly start: number;
  /** First address behind it. */
  readonly end: number;
  readonly permissions: Permissions;
}

/** Guest addresses that exist, in ascending order, disjoint. Whatever no region covers is absent for the guest. */
export interface AddressSpace {
  /** Bytes of guest memory, a multiple of the page size. */
  readonly memoryBytes: number;
  readonly regions: readonly Region[];
}

/** Rounds up to whole pages. */
export function pageUp(address: number): number {
  return roundUp(address, PAGE_SIZE);
}

/** Rounds down to a page's first byte. */
export function pageDown(address: number): number {
  return address - (address % PAGE_SIZE);
}
