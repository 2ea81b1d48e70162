// system-call.ts: a guest tried to call the host's kernel. It was stopped; here that looks as on every machine.
import type { Exit } from "../machine.js";
import type { GuestMemory } from "../memory.js";
import type { RegisterFile } from "./register-file.js";

const INVALID_OPCODE = 6;
const GENERAL_PROTECTION = 13;
const PAGE_FAULT = 14;
/** User mode, instruction fetch. */
const FETCH = 0x14;
/** The vsyscall page, the one page of user code that no process can unmap (arch/x86/include/uapi/asm/vsyscall.h). */
export const VSYSCALL = 0xffff_ffff_ff60_0000n;
/** Of `syscall`, `sysenter`, and `int $0x80`. */
const CALL_BYTES = 2;
/** Selector 0x80 * 8, in the IDT. */
const INT_0X80_ERROR = 0x402;

/** The exception that the guest would have met on a machine without system calls. Moves rip back to the instruction. */
export function systemCallExit(registers: RegisterFile, memory: GuestMemory): Exit {
  registers.undoSystemCall();
  const [first, second] = memory.readablePrefix(BigInt(Math.max(0, registers.rip - CALL_BYTES)), CALL_BYTES);
  if (registers.isLongMode && first === 0x0f && second === 0x05) {
    registers.rip -= CALL_BYTES;
    return refused("syscall");
  }
  if (registers.isLongMode && first === 0xcd && second === 0x80) {
    registers.rip -= CALL_BYTES;
    return { kind: "exception", vector: GENERAL_PROTECTION, errorCode: INT_0X80_ERROR, address: 0n };
  }
  // The CPU forgets where a `sysenter` was: what rip holds is the host's return path, which is unmapped.
  return refused("sysenter, or a 32-bit int $0x80; where is not known");
}

/**
 * The filter's signal: system calls stop before it, but for those that the kernel makes in the stead of the vsyscall page.
 *
 * @param from the function of that page
 */
export function vsyscallExit(registers: RegisterFile, from: bigint): Exit {
  // The kernel already acted the function's `ret`.
  const now = registers.read();
  registers.write({ ...now, rip: from, rsp: now.rsp - 8n });
  return vsyscallFault(from);
}

/** What a jump into the vsyscall page would be where there is none. */
export function vsyscallFault(address: bigint): Exit {
  return { kind: "exception", vector: PAGE_FAULT, errorCode: FETCH, address };
}

function refused(how: string): Exit {
  return {
    kind: "exception",
    vector: INVALID_OPCODE,
    errorCode: 0,
    address: 0n,
    detail: `${how}: a guest has no system calls`,
  };
}
