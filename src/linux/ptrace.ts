// ptrace.ts: another process as a CPU: its registers, and execution until its next stop (ptrace(2)).
// All calls for one process must come from the thread that started it.
import koffi from "koffi";
import { i32, struct, u64 } from "../abi/struct.js";
import { check, libc } from "./libc.js";

const withNumber = libc.func("long ptrace(long request, int pid, uintptr_t addr, uintptr_t data)");
const withBuffer = libc.func("long ptrace(long request, int pid, uintptr_t addr, void *data)");

// include/uapi/linux/ptrace.h, arch/x86/include/uapi/asm/ptrace-abi.h
const PTRACE_POKEUSER = 6;
const PTRACE_CONT = 7;
const PTRACE_GETREGS = 12;
const PTRACE_SETREGS = 13;
const PTRACE_SYSEMU = 31;
const PTRACE_SETOPTIONS = 0x4200;
const PTRACE_GETSIGINFO = 0x4202;
const PTRACE_GETREGSET = 0x4204;
const PTRACE_SETREGSET = 0x4205;
/** x87, SSE, AVX and what follows, as XSAVE lays it out (include/uapi/linux/elf.h). */
const NT_X86_XSTATE = 0x202;
const PTRACE_O_TRACESYSGOOD = 0x1;
const PTRACE_O_EXITKILL = 0x100000;

/** The stop of `resumeAsGuest` before a system call: SIGTRAP, marked by PTRACE_O_TRACESYSGOOD. */
export const SYSTEM_CALL_STOP = 5 | 0x80;

/** arch/x86/include/asm/user_64.h */
export const UserRegs = struct(
  "user_regs_struct",
  {
    r15: u64,
    r14: u64,
    r13: u64,
    r12: u64,
    rbp: u64,
    rbx: u64,
    r11: u64,
    r10: u64,
    r9: u64,
    r8: u64,
    rax: u64,
    rcx: u64,
    rdx: u64,
    rsi: u64,
    rdi: u64,
    orig_rax: u64,
    rip: u64,
    cs: u64,
    eflags: u64,
    rsp: u64,
    ss: u64,
    fs_base: u64,
    gs_base: u64,
    ds: u64,
    es: u64,
    fs: u64,
    gs: u64,
  },
  { size: 216 },
);

/** include/uapi/asm-generic/siginfo.h: the part that a fault's signal fills; `address` is si_addr, or si_call_addr of SIGSYS. */
export const SigInfo = struct(
  "siginfo_t",
  {
    signo: i32,
    error: i32,
    code: i32,
    pad: i32,
    address: u64,
    syscall: i32 /* SIGSYS: the number */,
    arch: i32 /* SIGSYS: AUDIT_ARCH_… */,
    rest: { ...u64, size: 96, align: 8 },
  },
  { size: 128 },
);

// Each of these is safe because the buffer has the size that the kernel fills or reads, and is used within the call.

/** The process dies with this one, however that ends; its stops before system calls can be told from others. */
export function setOptions(pid: number): void {
  const options = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD;
  check("ptrace PTRACE_SETOPTIONS", withNumber(PTRACE_SETOPTIONS, pid, 0, options));
}

/** Lets a stopped process go on; the signal that stopped it is dropped. Returns -1 when the process is gone. */
export function resume(pid: number): number {
  return withNumber(PTRACE_CONT, pid, 0, 0);
}

/** As `resume`, but the process stops before every system call, which is then not made. */
export function resumeAsGuest(pid: number): number {
  return withNumber(PTRACE_SYSEMU, pid, 0, 0);
}

/** Fills a `user_regs_struct`. Returns -1 when the process is gone. */
export function readUserRegs(pid: number, into: Uint8Array): number {
  return withBuffer(PTRACE_GETREGS, pid, 0, into);
}

/** Sets all registers. Returns -1 when the process is gone. */
export function writeUserRegs(pid: number, from: Uint8Array): number {
  return withBuffer(PTRACE_SETREGS, pid, 0, from);
}

/** Sets the instruction pointer alone: cheaper than all of them. Returns -1 when the process is gone. */
export function writeInstructionPointer(pid: number, address: number): number {
  return withNumber(PTRACE_POKEUSER, pid, UserRegs.offset.rip, address);
}

/** Fills a `siginfo_t` about the signal that stopped the process. Returns -1 when the process is gone. */
export function readSigInfo(pid: number, into: Uint8Array): number {
  return withBuffer(PTRACE_GETSIGINFO, pid, 0, into);
}

/** More than any CPU's XSAVE area has. */
const XSTATE_MOST_BYTES = 16384;
/** struct iovec: address and length; 64 bytes and more lie outside V8's heap and do not move. One for all: used within one call. */
const iovec = new BigUint64Array(16);

/** The XSAVE area: x87, SSE, AVX. Its size is the CPU's. */
export function readXstate(pid: number): Uint8Array {
  const area = new Uint8Array(XSTATE_MOST_BYTES);
  iovec[0] = koffi.address(area);
  iovec[1] = BigInt(area.length);
  check("ptrace PTRACE_GETREGSET NT_X86_XSTATE", withBuffer(PTRACE_GETREGSET, pid, NT_X86_XSTATE, iovec));
  return area.slice(0, Number(iovec[1]));
}

/** Sets the XSAVE area. Returns -1 when the process is gone. */
export function writeXstate(pid: number, area: Uint8Array): number {
  iovec[0] = koffi.address(area);
  iovec[1] = BigInt(area.length);
  return withBuffer(PTRACE_SETREGSET, pid, NT_X86_XSTATE, iovec);
}
