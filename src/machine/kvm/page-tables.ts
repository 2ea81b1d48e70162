// page-tables.ts: four-level page tables that make an AddressSpace true (Intel SDM vol. 3A, section 4.5). Pure computation.
import { MayflyError } from "../../errors.js";
import { type AddressSpace, LARGE_PAGE, PAGE_SIZE, type Permissions, type Region } from "../address-space.js";
import { MACHINE_END, MACHINE_START } from "../memory-map.js";
import { RESUME_CODE, RESUME_STATE } from "./supervisor.js";

const PRESENT = 1n;
const WRITABLE = 2n;
const USER = 4n;
const ACCESSED = 0x20n;
const DIRTY = 0x40n;
const LARGE = 0x80n;
const NO_EXECUTE = 1n << 63n;
/** Set beforehand, so that the CPU (or KVM's shadow pages) need not write to the tables. */
const TOUCHED = ACCESSED | DIRTY;

const GIB = 1 << 30;

const BITS: Record<Permissions, bigint> = {
  r: PRESENT | USER | NO_EXECUTE | TOUCHED,
  rw: PRESENT | WRITABLE | USER | NO_EXECUTE | TOUCHED,
  rx: PRESENT | USER | TOUCHED,
};
/** The machine's own pages: the guest at CPL 3 can neither read nor write them, but for two. */
const SUPERVISOR = PRESENT | WRITABLE | TOUCHED;
const OPEN_PAGES: readonly [page: number, bits: bigint][] = [
  [RESUME_CODE, BITS.rx],
  [RESUME_STATE, BITS.r],
];
const TABLE = PRESENT | WRITABLE | USER | TOUCHED;

/**
 * Writes the tables into guest memory from `start` on.
 *
 * @returns the address of the PML4 (for cr3) and the first address behind the tables
 * @throws MayflyError MEMORY_INVALID when the image's regions need more tables than fit below `MACHINE_END`
 */
export function writePageTables(
  memory: Uint8Array,
  space: AddressSpace,
  start: number,
): { root: number; end: number } {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  let next = start;
  const newTable = (): number => {
    const table = next;
    next += PAGE_SIZE;
    if (next > MACHINE_END)
      throw new MayflyError(
        "MEMORY_INVALID",
        "the image's segments change permissions in too many 2 MiB areas: no room for page tables",
        {
          mend: "link the image's segments closer together",
        },
      );
    memory.fill(0, table, next);
    return table;
  };
  const set = (table: number, index: number, entry: bigint): void =>
    view.setBigUint64(table + index * 8, entry, true);

  const root = newTable();
  const directoryPointers = newTable();
  set(root, 0, BigInt(directoryPointers) | TABLE);
  for (let gib = 0; gib * GIB < space.memoryBytes; gib++) {
    const directory = newTable();
    set(directoryPointers, gib, BigInt(directory) | TABLE);
    for (let i = 0; i < 512; i++) {
      const address = gib * GIB + i * LARGE_PAGE;
      if (address >= space.memoryBytes) break;
      const whole = uniformRegion(space.regions, address);
      if (whole !== undefined) {
        set(directory, i, BigInt(address) | BITS[whole.permissions] | LARGE);
      } else if (address < MACHINE_END || touchesAnyRegion(space.regions, address)) {
        const pages = newTable();
        set(directory, i, BigInt(pages) | TABLE);
        writePages(set, pages, space.regions, address);
      }
    }
  }
  return { root, end: next };
}

function uniformRegion(regions: readonly Region[], address: number): Region | undefined {
  return regions.find((region) => region.start <= address && region.end >= address + LARGE_PAGE);
}

function touchesAnyRegion(regions: readonly Region[], address: number): boolean {
  return regions.some((region) => region.start < address + LARGE_PAGE && region.end > address);
}

function writePages(
  set: (table: number, index: number, entry: bigint) => void,
  table: number,
  regions: readonly Region[],
  base: number,
): void {
  if (base === 0) {
    for (let page = MACHINE_START; page < MACHINE_END; page += PAGE_SIZE)
      set(table, page / PAGE_SIZE, BigInt(page) | SUPERVISOR);
    for (const [page, bits] of OPEN_PAGES) set(table, page / PAGE_SIZE, BigInt(page) | bits);
  }
  for (const region of regions) {
    const from = Math.max(region.start, base);
    const to = Math.min(region.end, base + LARGE_PAGE);
    for (let page = from; page < to; page += PAGE_SIZE)
      set(table, (page - base) / PAGE_SIZE, BigInt(page) | BITS[region.permissions]);
  }
}
