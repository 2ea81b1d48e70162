// initial-registers.ts: the registers of a guest that has done nothing yet. Constants only.
import type { Registers } from "./machine.js";

/** All zero; rflags has only its constant bit: interrupts off, and IOPL 0, so that the I/O bitmap decides. */
export const INITIAL_REGISTERS: Readonly<Registers> = {
  rax: 0n,
  rbx: 0n,
  rcx: 0n,
  rdx: 0n,
  rsi: 0n,
  rdi: 0n,
  rsp: 0n,
  rbp: 0n,
  r8: 0n,
  r9: 0n,
  r10: 0n,
  r11: 0n,
  r12: 0n,
  r13: 0n,
  r14: 0n,
  r15: 0n,
  rip: 0n,
  rflags: 2n,
  fsBase: 0n,
  gsBase: 0n,
};
