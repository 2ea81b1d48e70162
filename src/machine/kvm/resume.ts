// resume.ts: how a guest that was put back loads its own x87, SSE and AVX state: one instruction in place of KVM_SET_XSAVE.
//
//   RESUME_CODE   the guest may read and execute it: loads the state, and goes on where the guest waited, or to the monitor
//   RESUME_STATE  the guest may read it: the state, and the registers that the code itself needs
//
// Both hold nothing but the guest's own. A guest that jumps there by itself does what it could do anyhow.
import { HVT_HYPERCALL_PIO_BASE, HVT_HYPERCALL_WALLTIME } from "../../abi/hypercalls.js";
import { PAGE_SIZE } from "../address-space.js";
import { RESUME_CODE, RESUME_STATE } from "./supervisor.js";

/** Where the guest's own code goes on. Expects eax and edx to have all bits set. */
export const RESUME_GUEST = RESUME_CODE;
/** Stops at RESUME_PORT instead. Expects the same. */
export const RESUME_MONITOR = RESUME_CODE + 0x80;
/** A port that the guest may reach anyhow. */
export const RESUME_PORT = HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_WALLTIME;

/** Bytes 464 to 511 of an XSAVE area are the software's (Intel SDM vol. 1, section 10.5.1). */
const RAX = 464;
const RDX = 472;
const RIP = 480;

/** What the code does with the state. */
export type StateLoad = "xrstor" | "fxrstor";

/** Writes the code into the low memory of a new VM. */
export function writeResumeCode(memory: Uint8Array, load: StateLoad): void {
  const write = (start: number, ...instructions: Instruction[]): void => {
    let at = start;
    for (const { opcode, operand } of instructions) {
      memory.set(opcode, at);
      at += opcode.length;
      if (operand === undefined) continue;
      at += 4;
      new DataView(memory.buffer, memory.byteOffset).setInt32(at - 4, RESUME_STATE + operand - at, true);
    }
  };
  const loadState = [FNCLEX, EMMS, FILD, load === "xrstor" ? XRSTOR : FXRSTOR];
  write(RESUME_GUEST, ...loadState, LOAD_RAX, LOAD_RDX, JUMP_RIP);
  write(RESUME_MONITOR, ...loadState, PORT_TO_EDX, OUT);
}

/** What RESUME_STATE holds of a guest: its XSAVE area, and the registers. */
export function resumeState(
  xsave: Uint8Array,
  registers: { readonly rax: bigint; readonly rdx: bigint; readonly rip: bigint },
): Uint8Array {
  const page = new Uint8Array(PAGE_SIZE);
  page.set(xsave);
  const view = new DataView(page.buffer);
  view.setBigUint64(RAX, registers.rax, true);
  view.setBigUint64(RDX, registers.rdx, true);
  view.setBigUint64(RIP, registers.rip, true);
  return page;
}

/** An instruction, and where in RESUME_STATE its operand lies, relative to rip. */
interface Instruction {
  readonly opcode: readonly number[];
  readonly operand?: number;
}

// CPUs of AMD's before Zen leave the addresses of the last x87 instruction as they were unless an exception is pending
// (X86_BUG_FXSAVE_LEAK in Linux's arch/x86): these three replace them.
const FNCLEX: Instruction = { opcode: [0xdb, 0xe2] };
const EMMS: Instruction = { opcode: [0x0f, 0x77] };
const FILD: Instruction = { opcode: [0xdb, 0x05], operand: RAX };
const XRSTOR: Instruction = { opcode: [0x48, 0x0f, 0xae, 0x2d], operand: 0 };
const FXRSTOR: Instruction = { opcode: [0x48, 0x0f, 0xae, 0x0d], operand: 0 };
const LOAD_RAX: Instruction = { opcode: [0x48, 0x8b, 0x05], operand: RAX };
const LOAD_RDX: Instruction = { opcode: [0x48, 0x8b, 0x15], operand: RDX };
const JUMP_RIP: Instruction = { opcode: [0xff, 0x25], operand: RIP };
const PORT_TO_EDX: Instruction = { opcode: [0xba, RESUME_PORT & 0xff, RESUME_PORT >> 8, 0, 0] };
const OUT: Instruction = { opcode: [0xef] };
