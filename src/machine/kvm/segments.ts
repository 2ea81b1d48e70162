// segments.ts: the CPU state in which a guest runs: 64-bit mode at CPL 3 (Intel SDM vol. 3C, section 27.3.1: guest-state checks).
import { DescriptorTable, Segment, Sregs } from "../../linux/kvm.js";
import { GDT, GDT_LIMIT, IDT, IDT_LIMIT, TASK, TASK_LIMIT, TSS, USER_CODE, USER_DATA } from "./supervisor.js";

const CR0 = 0x8005_0033n; // PE MP ET NE WP AM PG
const CR4 = 0x620n; // PAE OSFXSR OSXMMEXCPT: SSE, no AVX, no PCE, no FSGSBASE
const EFER = 0xd00n; // LME LMA NXE, no SCE: `syscall` is undefined

const CODE_READ_ACCESSED = 11;
const DATA_WRITE_ACCESSED = 3;

/** What `ltr` leaves behind, and what VMX demands (SDM vol. 3C, section 27.3.1.2). */
export const BUSY_TSS_64 = 11;
/** What QEMU's emulated CPU demands before it reads the I/O bitmap. */
export const AVAILABLE_TSS_64 = 9;
export type TaskType = typeof BUSY_TSS_64 | typeof AVAILABLE_TSS_64;

/**
 * The special registers of a guest at CPL 3.
 *
 * @param initial what KVM_GET_SREGS gave for a new vCPU (kept: the APIC base)
 * @param root the PML4's address
 */
export function userSregs(initial: Uint8Array, root: number, taskType: TaskType): Uint8Array {
  const sregs = initial.slice();
  const code = segment({ selector: USER_CODE, type: CODE_READ_ACCESSED, dpl: 3, l: 1, db: 0 });
  const data = segment({ selector: USER_DATA, type: DATA_WRITE_ACCESSED, dpl: 3, l: 0, db: 1 });
  const task = new Uint8Array(Segment.size);
  Segment.write(task, {
    base: BigInt(TSS),
    limit: TASK_LIMIT,
    selector: TASK,
    type: taskType,
    present: 1,
  });
  const none = new Uint8Array(Segment.size);
  Segment.write(none, { unusable: 1 });
  const gdt = new Uint8Array(DescriptorTable.size);
  DescriptorTable.write(gdt, { base: BigInt(GDT), limit: GDT_LIMIT });
  const idt = new Uint8Array(DescriptorTable.size);
  DescriptorTable.write(idt, { base: BigInt(IDT), limit: IDT_LIMIT });
  Sregs.write(sregs, {
    cs: code,
    ds: data,
    es: data,
    fs: data,
    gs: data,
    ss: data,
    tr: task,
    ldt: none,
    gdt,
    idt,
    cr0: CR0,
    cr2: 0n,
    cr3: BigInt(root),
    cr4: CR4,
    efer: EFER,
  });
  return sregs;
}

function segment(fields: { selector: number; type: number; dpl: number; l: number; db: number }): Uint8Array {
  const bytes = new Uint8Array(Segment.size);
  Segment.write(bytes, { base: 0n, limit: 0xffff_ffff, present: 1, s: 1, g: 1, ...fields });
  return bytes;
}
