// low-memory.ts: the machine's own pages for one AddressSpace, computed once and copied into every VM of it.
import type { AddressSpace } from "../address-space.js";
import { MACHINE_END, MACHINE_START } from "../memory-map.js";
import type { PageRange } from "../page-ranges.js";
import { writePageTables } from "./page-tables.js";
import { type StateLoad, writeResumeCode } from "./resume.js";
import { type TaskType, userSregs } from "./segments.js";
import { PAGE_TABLES, RESUME_CODE, writeSupervisorPages } from "./supervisor.js";

/** What every VM of one AddressSpace starts from. */
export interface LowMemory {
  /** What belongs at MACHINE_START. */
  readonly bytes: Uint8Array;
  /** What neither the CPU nor a guest writes. */
  readonly fixedPages: readonly PageRange[];
  /** The special registers of a guest at CPL 3 on these page tables. */
  readonly sregs: Uint8Array;
}

/** What was found out about the CPU, by trial. */
export interface CpuWays {
  readonly taskType: TaskType;
  readonly stateLoad: StateLoad;
}

/** @param initialSregs KVM_GET_SREGS of a new vCPU */
export function buildLowMemory(
  space: AddressSpace,
  initialSregs: Uint8Array,
  { taskType, stateLoad }: CpuWays,
): LowMemory {
  const memory = new Uint8Array(MACHINE_END);
  writeSupervisorPages(memory);
  writeResumeCode(memory, stateLoad);
  const { root, end } = writePageTables(memory, space, PAGE_TABLES);
  return {
    bytes: memory.slice(MACHINE_START, end),
    fixedPages: [{ start: RESUME_CODE, end }],
    sregs: userSregs(initialSregs, root, taskType),
  };
}
