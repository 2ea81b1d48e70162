// vm-end.ts: how a VM ended, as a value: the reason, a sentence, and for a misdeed the guest's state.
import { MayflyError } from "../errors.js";
import type { Image } from "../image/image.js";
import type { GuestFault, GuestFaultReason } from "../machine/guest-fault.js";
import type { Registers } from "../machine/machine.js";

export type VmEndReason =
  | "halt" // the guest ended itself; `status` is its exit status
  | "stopped" // somebody called stop() or close()
  | "wall-time-limit" // it lived longer than it may
  | "cpu-time-limit" // it used more CPU time than it may
  | "response-abandoned" // the guest gave up in the midst of a response; `told` says why, in its words
  | "machine-failed" // the machine gave up: KVM's or the CPU's refusal, not the guest's choice
  | GuestFaultReason;

/** A guest's state at its end, for whoever has to find out. */
export interface GuestReport {
  readonly registers: Registers;
  /** The address that faulted or that a hypercall named. */
  readonly address: bigint | undefined;
  /** The image's symbol at or below rip: "solo5_app_main+0x12". */
  readonly symbol: string | undefined;
  /** For JSON, which has no integers of 64 bits: "0x…". */
  toJSON(): object;
}

type GuestFacts = Omit<GuestReport, "toJSON">;

export function guestReport(facts: GuestFacts): GuestReport {
  return new Report(facts);
}

class Report implements GuestReport {
  readonly registers: Registers;
  readonly address: bigint | undefined;
  readonly symbol: string | undefined;

  constructor({ registers, address, symbol }: GuestFacts) {
    this.registers = registers;
    this.address = address;
    this.symbol = symbol;
  }

  toJSON(): object {
    const { registers, address, symbol } = this;
    const hexed = Object.entries(registers).map(([name, value]) => [name, hex(value)]);
    return {
      registers: Object.fromEntries(hexed),
      ...(address !== undefined && { address: hex(address) }),
      symbol,
    };
  }
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

export interface VmEnd {
  readonly reason: VmEndReason;
  /** The guest's exit status when it halted, else 1. */
  readonly status: number;
  /** One sentence for people. */
  readonly message: string;
  /** Present when the guest was ended against its will and its registers were still to be had. */
  readonly report: GuestReport | undefined;
  /** Why the guest abandoned its response: its own words, for which a function's runtime has a form (docs/abi.md). */
  readonly told?: string;
}

/** Thrown by what answers a hypercall with which a guest ends itself. */
export class GuestEnded extends Error {
  readonly end: VmEnd;

  constructor(end: VmEnd) {
    super(end.message);
    this.name = "GuestEnded";
    this.end = end;
  }
}

/** The end that a misdeed leads to. */
export function endByFault(fault: GuestFault, report: GuestReport | undefined): VmEnd {
  return { reason: fault.reason, status: 1, message: fault.message, report };
}

/** The end that a guest chose itself. */
export function endByHalt(status: number): VmEnd {
  return { reason: "halt", status, message: `the guest exited with status ${status}`, report: undefined };
}

/** What callers get who still want something of a VM that ended. */
export function endedError(end: VmEnd): MayflyError {
  return new MayflyError("VM_ENDED", `the VM ended (${end.reason}): ${end.message}`);
}

/** The symbol that an address belongs to, with its offset. */
export function symbolize(image: Image, address: bigint): string | undefined {
  const symbol = address <= Number.MAX_SAFE_INTEGER ? image.symbolAt(Number(address)) : undefined;
  if (symbol === undefined) return undefined;
  return symbol.offset === 0 ? symbol.name : `${symbol.name}+0x${symbol.offset.toString(16)}`;
}

const REGISTER_ROWS: (keyof Registers)[][] = [
  ["rip", "rsp", "rflags"],
  ["rax", "rbx", "rcx"],
  ["rdx", "rsi", "rdi"],
  ["rbp", "r8", "r9"],
  ["r10", "r11", "r12"],
  ["r13", "r14", "r15"],
  ["fsBase", "gsBase"],
];

/** A report as lines of text: reason, place, registers. */
export function formatEnd(end: VmEnd): string {
  const lines = [`${end.reason}: ${end.message}`];
  if (end.report !== undefined) {
    const { registers, address, symbol } = end.report;
    if (symbol !== undefined) lines.push(`  in ${symbol}`);
    if (address !== undefined) lines.push(`  address ${hex(address)}`);
    for (const row of REGISTER_ROWS)
      lines.push(
        `  ${row.map((name) => `${name.padEnd(6)} 0x${registers[name].toString(16).padStart(16, "0")}`).join("  ")}`,
      );
  }
  return lines.join("\n");
}
