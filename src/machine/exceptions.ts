// exceptions.ts: delivers an exception to the handler that the guest registered, as a CPU would (Intel SDM vol. 3A, chapter 6).
import { GuestFault } from "./guest-fault.js";
import type { Machine, Registers } from "./machine.js";
import type { GuestMemory } from "./memory.js";

/** The descriptor tables that a guest loaded. The CPU never sees them; the monitor reads them in the guest's stead. */
export interface DescriptorTables {
  idt: { base: bigint; limit: number } | undefined;
  gdt: { base: bigint; limit: number } | undefined;
  /** Selector given to `ltr`. */
  task: number;
}

export interface GuestException {
  readonly vector: number;
  readonly errorCode: number | undefined;
  /** What a page fault touched. */
  readonly address?: bigint;
  /** What else the machine knows, for the report. */
  readonly detail?: string | undefined;
}

const NAMES = [
  "#DE divide error",
  "#DB debug",
  "NMI",
  "#BP breakpoint",
  "#OF overflow",
  "#BR bound range exceeded",
  "#UD invalid opcode",
  "#NM device not available",
  "#DF double fault",
  "coprocessor segment overrun",
  "#TS invalid TSS",
  "#NP segment not present",
  "#SS stack fault",
  "#GP general protection",
  "#PF page fault",
  "exception 15",
  "#MF x87 floating point",
  "#AC alignment check",
  "#MC machine check",
  "#XM SIMD floating point",
];

/** The manuals' name of an exception: "#PF page fault". */
export function exceptionName(vector: number): string {
  return NAMES[vector] ?? `exception ${vector}`;
}

/** Whether the CPU accepts an address in rip or a segment base: bits 63 to 47 are all alike. */
export function isCanonical(address: bigint): boolean {
  return BigInt.asUintN(64, BigInt.asIntN(48, address)) === address;
}

const DOUBLE_FAULT = 8;
const GATE_BYTES = 16;
/** What the guest believes to run on: its own ring-0 selectors, as Solo5's bindings number them. */
const BELIEVED_CODE = 0x08n;
const BELIEVED_DATA = 0x10n;
const TRAP_FLAG = 0x100n;

/**
 * Enters the guest's handler. When that fails, enters the one for double faults; when that fails, too, ends the guest.
 *
 * @throws GuestFault "exception" when the guest never loaded an IDT, "triple-fault" when no handler can be entered
 */
export function reflect(
  machine: Machine,
  tables: DescriptorTables,
  exception: GuestException,
  registers: Registers,
): void {
  const where = describe(exception, registers.rip);
  const address = exception.address ?? registers.rip;
  if (tables.idt === undefined)
    throw new GuestFault("exception", `${where}, and the guest has no handler`, address);
  for (const attempt of [exception, { vector: DOUBLE_FAULT, errorCode: 0 }]) {
    const entered = enterHandler(machine.memory, tables, attempt, registers);
    if (entered === undefined) continue;
    machine.writeRegisters(entered);
    return;
  }
  throw new GuestFault(
    "triple-fault",
    `${where}, and neither its handler nor the double fault's can be entered`,
    address,
  );
}

/** Bits of a page fault's error code (SDM vol. 3A, section 4.7). */
const WRITE = 2;
const INSTRUCTION_FETCH = 16;

/** "#PF page fault at 0x103ff5: write to 0x1000". */
function describe({ vector, errorCode = 0, address, detail }: GuestException, rip: bigint): string {
  const name = exceptionName(vector) + (detail === undefined ? "" : ` (${detail})`);
  const where = `${name} at 0x${rip.toString(16)}`;
  if (address === undefined) return where;
  const access = errorCode & INSTRUCTION_FETCH ? "execution of" : errorCode & WRITE ? "write to" : "read of";
  return `${where}: ${access} 0x${address.toString(16)}`;
}

function enterHandler(
  memory: GuestMemory,
  tables: DescriptorTables,
  exception: GuestException,
  registers: Registers,
): Registers | undefined {
  try {
    const gate = readGate(memory, tables, exception.vector);
    if (gate === undefined) return undefined;
    const stack = gate.ist === 0 ? registers.rsp : readInterruptStack(memory, tables, gate.ist);
    const frame = [BELIEVED_DATA, registers.rsp, registers.rflags, BELIEVED_CODE, registers.rip];
    if (exception.errorCode !== undefined) frame.push(BigInt(exception.errorCode));
    const rsp = BigInt.asUintN(64, (stack & ~15n) - BigInt(frame.length * 8));
    const bytes = memory.writable(rsp, frame.length * 8, "exception frame");
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    frame.reverse().forEach((value, i) => {
      view.setBigUint64(i * 8, value, true);
    });
    return { ...registers, rip: gate.handler, rsp, rflags: registers.rflags & ~TRAP_FLAG };
  } catch (error) {
    // A table or a stack that lies outside guest memory is what a CPU would double-fault on.
    if (error instanceof GuestFault) return undefined;
    throw error;
  }
}

function readGate(
  memory: GuestMemory,
  tables: DescriptorTables,
  vector: number,
): { handler: bigint; ist: number } | undefined {
  const idt = tables.idt;
  if (idt === undefined || vector * GATE_BYTES + GATE_BYTES - 1 > idt.limit) return undefined;
  const gate = view(memory.readable(idt.base + BigInt(vector * GATE_BYTES), GATE_BYTES, "interrupt gate"));
  const type = gate.getUint8(5);
  const isPresent = (type & 0x80) !== 0;
  const isGate = (type & 0x0e) === 0x0e;
  if (!isPresent || !isGate) return undefined;
  const low = BigInt(gate.getUint16(0, true));
  const middle = BigInt(gate.getUint16(6, true));
  const high = BigInt(gate.getUint32(8, true));
  const handler = low | (middle << 16n) | (high << 32n);
  return isCanonical(handler) ? { handler, ist: gate.getUint8(4) & 7 } : undefined;
}

/** The stack of an IST gate, from the TSS that the guest's GDT names (SDM vol. 3A, figures 7-4 and 7-11). */
function readInterruptStack(memory: GuestMemory, tables: DescriptorTables, ist: number): bigint {
  const gdt = tables.gdt;
  const selector = tables.task & ~7;
  if (gdt === undefined || selector === 0 || selector + 15 > gdt.limit)
    throw new GuestFault("exception", "an interrupt gate names a stack, and no task is loaded");
  const descriptor = view(memory.readable(gdt.base + BigInt(selector), 16, "TSS descriptor"));
  const base =
    BigInt(descriptor.getUint32(2, true) & 0xff_ffff) |
    (BigInt(descriptor.getUint8(7)) << 24n) |
    (BigInt(descriptor.getUint32(8, true)) << 32n);
  return view(memory.readable(base + BigInt(36 + (ist - 1) * 8), 8, "TSS")).getBigUint64(0, true);
}

/** A copy, so that what was checked is what is used. */
function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.slice().buffer);
}
