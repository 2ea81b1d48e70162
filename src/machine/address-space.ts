// address-space.ts: which guest addresses exist and what the guest may do there. Pure data; each machine makes it true.
import { roundUp } from "../abi/struct.js";

export const PAGE_SIZE = 4096;
/** What one entry of a page directory maps (Intel SDM vol. 3A, section 4.5). */
export const LARGE_PAGE = 2 << 20;

/** "r" read, "rw" read and write, "rx" read and execute. Nothing is ever writable and executable. */
export type Permissions = "r" | "rw" | "rx";

/** A page-aligned run of guest addresses with one permission. */
export interface Region {
  readonly start: number;
  /** First address behind it. */
  readonly end: number;
  readonly permissions: Permissions;
}

/** What a region holds for ever, in every VM: nobody may write there, and a machine may keep it once for all of them. */
export interface Constant {
  readonly start: number;
  /** First address behind it. */
  readonly end: number;
  /** The region's content; zeros follow up to its end. */
  readonly bytes: Uint8Array;
}

/** Guest addresses that exist, in ascending order, disjoint. Whatever no region covers is absent for the guest. */
export interface AddressSpace {
  /** Bytes of guest memory, a multiple of the page size. */
  readonly memoryBytes: number;
  readonly regions: readonly Region[];
  /** Ascending. Each is one region that is not writable. A machine's memory holds them from the start. */
  readonly constants?: readonly Constant[];
}

/** Rounds up to whole pages. */
export function pageUp(address: number): number {
  return roundUp(address, PAGE_SIZE);
}

/** Rounds down to a page's first byte. */
export function pageDown(address: number): number {
  return address - (address % PAGE_SIZE);
}
