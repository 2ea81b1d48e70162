// low-memory.ts: the machine's own pages for one AddressSpace, computed once and copied into every VM of it.
import type { AddressSpace } from "../address-space.js";
import { MACHINE_END, MACHINE_START } from "../memory-map.js";
import { writePageTables } from "./page-tables.js";
import { PAGE_TABLES, writeSupervisorPages } from "./supervisor.js";

interface LowMemory {
  /** What belongs at MACHINE_START. */
  readonly bytes: Uint8Array;
  /** Address of the PML4. */
  readonly pageTableRoot: number;
}

const computed = new WeakMap<AddressSpace, LowMemory>();

export function lowMemory(space: AddressSpace): LowMemory {
  const known = computed.get(space);
  if (known !== undefined) return known;
  const memory = new Uint8Array(MACHINE_END);
  writeSupervisorPages(memory);
  const { root, end } = writePageTables(memory, space, PAGE_TABLES);
  const low = { bytes: memory.slice(MACHINE_START, end), pageTableRoot: root };
  computed.set(space, low);
  return low;
}
