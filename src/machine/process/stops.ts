// stops.ts: what a vessel's stop means: a hypercall, a CPU exception, or nothing (a tick, a stranger's signal).
// The kernel turned the exception into a signal (arch/x86/kernel/traps.c, arch/x86/mm/fault.c); here it is turned back.
import { SigInfo, SYSTEM_CALL_STOP } from "../../linux/ptrace.js";
import type { Region } from "../address-space.js";
import { isHypercallPort } from "../hypercall-ports.js";
import type { Exit } from "../machine.js";
import type { GuestMemory } from "../memory.js";
import { pageFaultErrorCode } from "./page-fault.js";
import { decodePortAccess } from "./port-access.js";
import type { RegisterFile } from "./register-file.js";
import { systemCallExit, VSYSCALL, vsyscallExit, vsyscallFault } from "./system-call.js";

// include/uapi/asm-generic/signal.h
const SIGILL = 4;
const SIGTRAP = 5;
const SIGBUS = 7;
const SIGFPE = 8;
const SIGSEGV = 11;
const SIGSYS = 31;

// si_code, include/uapi/asm-generic/siginfo.h
const SI_KERNEL = 0x80;
const FPE_INTDIV = 1;
const BUS_ADRALN = 1;

const DIVIDE_ERROR = 0;
const DEBUG = 1;
const BREAKPOINT = 3;
const OVERFLOW = 4;
const INVALID_OPCODE = 6;
const STACK_FAULT = 12;
const GENERAL_PROTECTION = 13;
const PAGE_FAULT = 14;
const X87_ERROR = 16;
const ALIGNMENT_CHECK = 17;
const SIMD_ERROR = 19;

const LONGEST_INSTRUCTION = 15;

/** A stopped vessel. */
export interface Stop {
  readonly signal: number;
  readonly registers: RegisterFile;
  readonly memory: GuestMemory;
  readonly regions: readonly Region[];
  /** Asks the kernel for the signal's siginfo_t: a system call. */
  readonly info: () => Uint8Array;
}

/** The exit, with the registers at the instruction that a report should name; undefined when the guest did nothing. */
export function exitOf(stop: Stop): Exit | undefined {
  if (stop.signal === SYSTEM_CALL_STOP) return systemCallExit(stop.registers, stop.memory);
  const info = SigInfo.read(stop.info());
  // Sent by a process, not raised by an instruction: kill(1), a terminal's Ctrl-C.
  if (info.code <= 0) return undefined;
  if (stop.signal === SIGSYS) return vsyscallExit(stop.registers, info.address);
  if (!stop.registers.isLongMode)
    return exception(GENERAL_PROTECTION, "the guest left 64-bit mode by a far jump");
  switch (stop.signal) {
    case SIGSEGV:
      if (stop.registers.rip >= VSYSCALL) return vsyscallFault(stop.registers.read().rip);
      return info.code === SI_KERNEL ? protectionExit(stop) : pageFault(stop, info.address);
    case SIGILL:
      return exception(INVALID_OPCODE);
    case SIGTRAP:
      return exception(info.code === SI_KERNEL ? BREAKPOINT : DEBUG);
    case SIGFPE:
      if (info.code === FPE_INTDIV) return exception(DIVIDE_ERROR);
      return exception(isX87(codeAt(stop)[0] ?? 0) ? X87_ERROR : SIMD_ERROR);
    case SIGBUS:
      if (info.code === SI_KERNEL) return exception(STACK_FAULT);
      if (info.code === BUS_ADRALN) return exception(ALIGNMENT_CHECK);
      return { kind: "failed", detail: "the host could not supply a page of guest memory" };
    default:
      return undefined;
  }
}

export function exception(vector: number, detail?: string): Exit {
  const exit = { kind: "exception", vector, errorCode: 0, address: 0n } as const;
  return detail === undefined ? exit : { ...exit, detail };
}

/** #GP: an `out` that is a hypercall with a prefix, another port access, or an instruction for privileged.ts. */
function protectionExit(stop: Stop): Exit {
  const { registers } = stop;
  const code = codeAt(stop);
  const access = decodePortAccess(code, registers.dx);
  if (access !== undefined && isHypercallPort(access.port)) {
    const { port, direction, size } = access;
    if (access.isString || direction === "in" || size !== 4) return { kind: "port", port, direction, size };
    registers.rip += access.length;
    return { kind: "hypercall", port, argument: registers.eax };
  }
  if (access === undefined && followsInt4(stop)) return exception(OVERFLOW);
  return exception(GENERAL_PROTECTION);
}

/** `int $4` has a gate of the host's that CPL 3 may use: the kernel stops behind it, with the signal of a #GP. */
function followsInt4({ registers, memory }: Stop): boolean {
  const before = memory.readablePrefix(BigInt(Math.max(0, registers.rip - 2)), 2);
  return before[0] === 0xcd && before[1] === 0x04;
}

function pageFault(stop: Stop, address: bigint): Exit {
  const { rip, rsp } = stop.registers.read();
  const fault = { address: Number(address), rip: Number(rip), rsp: Number(rsp), code: codeAt(stop) };
  const errorCode = pageFaultErrorCode(stop.regions, fault);
  return { kind: "exception", vector: PAGE_FAULT, errorCode, address };
}

function codeAt({ registers, memory }: Stop): Uint8Array {
  return memory.readablePrefix(BigInt(registers.rip), LONGEST_INSTRUCTION);
}

/** d8 to df, or fwait. */
function isX87(opcode: number): boolean {
  return (opcode & 0xf8) === 0xd8 || opcode === 0x9b;
}
