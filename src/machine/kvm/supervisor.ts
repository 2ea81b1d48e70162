// supervisor.ts: the few pages that the CPU needs and the guest does not see: GDT, IDT, TSS with I/O bitmap, exception stubs.
// Intel SDM vol. 3A, sections 3.4.5 (descriptors), 6.14.1 (64-bit gates), 7.7 (64-bit TSS); vol. 1, 19.5.2 (I/O bitmap).

import { isHypercallPort, LAST_HYPERCALL_PORT } from "../hypercall-ports.js";

/**
 * All in one page, so that a new VM touches one page for it, and its first exception none:
 *
 *     0x1000  GDT     0x1040  TSS and I/O bitmap     0x1400  IDT     0x1600  stubs     0x1700 .. 0x2000  exception stack
 */
export const GDT = 0x1000;
export const TSS = 0x1040;
export const IDT = 0x1400;
export const STUBS = 0x1600;
/** The exception stack grows down from here. Nothing runs on it but the CPU's push of one frame. */
export const EXCEPTION_STACK_TOP = 0x2000;
/** The only pages of the machine's that a guest may read: see resume.ts. */
export const RESUME_CODE = 0x2000;
export const RESUME_STATE = 0x3000;
export const PAGE_TABLES = 0x4000;

/** Vectors with a gate: the CPU's own. `int n` with a larger n raises #GP and is emulated. */
const VECTORS = 32;
export const IDT_LIMIT = VECTORS * 16 - 1;

export const USER_CODE = 0x08 | 3;
export const USER_DATA = 0x10 | 3;
export const SUPERVISOR_CODE = 0x18;
export const TASK = 0x28;
export const GDT_LIMIT = 0x37;

/** The port that stubs write to. The I/O bitmap keeps the guest from it. */
export const STUB_PORT = 0xfe;
/** Bytes from one stub to the next. */
export const STUB_STRIDE = 8;

const TSS_BYTES = 104;
const IO_BITMAP_BYTES = ((LAST_HYPERCALL_PORT + 8) >> 3) + 1; // the byte behind the last port must be 0xff
export const TASK_LIMIT = TSS_BYTES + IO_BITMAP_BYTES - 1;

/** Vectors that push an error code (SDM vol. 3A, table 6-1). */
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17, 21]);
export function pushesErrorCode(vector: number): boolean {
  return WITH_ERROR_CODE.has(vector);
}

/** Writes all tables into the low memory of a new VM. */
export function writeSupervisorPages(memory: Uint8Array): void {
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  writeGdt(view);
  writeTss(view);
  writeStubs(memory);
  writeIdt(view);
}

function writeGdt(view: DataView): void {
  view.setBigUint64(GDT + 0x08, 0x00af_fb00_0000_ffffn, true); // code, DPL 3, 64-bit, accessed
  view.setBigUint64(GDT + 0x10, 0x00cf_f300_0000_ffffn, true); // data, DPL 3, writable, accessed
  view.setBigUint64(GDT + 0x18, 0x00af_9b00_0000_ffffn, true); // code, DPL 0, 64-bit, accessed
  view.setBigUint64(GDT + 0x20, 0x00cf_9300_0000_ffffn, true); // data, DPL 0
  const base = BigInt(TSS);
  view.setBigUint64(GDT + 0x28, 0x0000_8b00_0000_0000n | (base << 16n) | BigInt(TASK_LIMIT), true); // busy 64-bit TSS
  view.setBigUint64(GDT + 0x30, 0n, true);
}

function writeTss(view: DataView): void {
  view.setBigUint64(TSS + 4, BigInt(EXCEPTION_STACK_TOP), true); // RSP0
  view.setBigUint64(TSS + 36, BigInt(EXCEPTION_STACK_TOP), true); // IST1: every vector, so that the frame's place is known
  view.setUint16(TSS + 102, TSS_BYTES, true);
  const bitmap = TSS + TSS_BYTES;
  for (let i = 0; i < IO_BITMAP_BYTES; i++) view.setUint8(bitmap + i, 0xff);
  for (let port = 0; port <= LAST_HYPERCALL_PORT; port++) {
    if (!isHypercallPort(port)) continue;
    // A 32-bit `out` asks for the bits of four ports.
    for (let p = port; p < port + 4; p++) {
      const at = bitmap + (p >> 3);
      view.setUint8(at, view.getUint8(at) & ~(1 << (p & 7)));
    }
  }
}

function writeStubs(memory: Uint8Array): void {
  for (let vector = 0; vector < VECTORS; vector++) {
    // out %eax, $STUB_PORT; the monitor sets all registers anew, so nothing follows but a hlt that is never reached.
    memory.set([0xe7, STUB_PORT, 0xf4], STUBS + vector * STUB_STRIDE);
  }
}

function writeIdt(view: DataView): void {
  for (let vector = 0; vector < VECTORS; vector++) {
    const stub = BigInt(STUBS + vector * STUB_STRIDE);
    // int3 and into are DPL 3; any other `int n` raises #GP and is emulated.
    const dpl = vector === 3 || vector === 4 ? 3n : 0n;
    const gate =
      (stub & 0xffffn) | (BigInt(SUPERVISOR_CODE) << 16n) | (1n << 32n) | ((0x8en | (dpl << 5n)) << 40n);
    view.setBigUint64(IDT + vector * 16, gate | ((stub >> 16n) << 48n), true);
    view.setBigUint64(IDT + vector * 16 + 8, 0n, true);
  }
}
