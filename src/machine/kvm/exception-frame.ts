// exception-frame.ts: what the CPU pushed when a guest raised an exception (Intel SDM vol. 3A, section 6.14.2).
import type { GuestMemory } from "../memory.js";
import { EXCEPTION_STACK_TOP, pushesErrorCode } from "./supervisor.js";

export interface ExceptionFrame {
  readonly errorCode: number;
  readonly rip: bigint;
  readonly rflags: bigint;
  readonly rsp: bigint;
}

/** Reads the frame from the exception stack, whose top is fixed: IST1 for every vector. */
export function readExceptionFrame(memory: Uint8Array, vector: number): ExceptionFrame {
  const view = new DataView(memory.buffer, memory.byteOffset + EXCEPTION_STACK_TOP - 48, 48);
  return {
    errorCode: pushesErrorCode(vector) ? view.getUint32(0, true) : 0,
    rip: view.getBigUint64(8, true),
    rflags: view.getBigUint64(24, true),
    rsp: view.getBigUint64(32, true),
  };
}

/** Length of `syscall`, 0f 05. */
export const SYSCALL_BYTES = 2n;

/**
 * Whether a page fault is really a `syscall`. EFER.SCE is off, so hardware raises #UD; the software KVM named PVM instead goes on
 * at the guest's LSTAR, which is 0 and absent, with the return address in rcx.
 */
export function isStraySyscall(frame: ExceptionFrame, rcx: bigint, memory: GuestMemory): boolean {
  if (frame.rip !== 0n || rcx < SYSCALL_BYTES) return false;
  const code = memory.readablePrefix(rcx - SYSCALL_BYTES, 2);
  return code[0] === 0x0f && code[1] === 0x05;
}
