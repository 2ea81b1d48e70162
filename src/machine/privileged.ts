// privileged.ts: trap-and-emulate. Guests run at CPL 3; what they believe to do at ring 0 is done here, the same for every machine.
import { type DescriptorTables, exceptionName, isCanonical, reflect } from "./exceptions.js";
import { GuestFault } from "./guest-fault.js";
import { decode, type Instruction, REGISTER_NAMES } from "./instruction.js";
import type { Exit, Machine, Registers } from "./machine.js";
import type { GuestMemory } from "./memory.js";

export type ExceptionExit = Extract<Exit, { kind: "exception" }>;

const GENERAL_PROTECTION = 13;
const PAGE_FAULT = 14;
const LONGEST_INSTRUCTION = 15;
const WITH_ERROR_CODE = new Set([8, 10, 11, 12, 13, 14, 17, 21]);

const IA32_FS_BASE = 0xc000_0100;
const IA32_GS_BASE = 0xc000_0101;
const IA32_KERNEL_GS_BASE = 0xc000_0102;

/** CF PF AF ZF SF TF DF OF RF AC ID: what a guest may set by iretq (Intel SDM vol. 1, section 3.4.3). */
const USER_FLAGS = 0x250dd5n;
const ALWAYS_ONE = 2n;
/** What a guest reads from cr0 and cr4 is what it was started with: PE MP ET NE WP AM PG; PAE OSFXSR OSXMMEXCPT. */
const BELIEVED_CR0 = 0x8005_0033n;
const BELIEVED_CR4 = 0x620n;

/** What a guest believes to own at ring 0. */
export interface PrivilegedState extends DescriptorTables {
  cr2: bigint;
  kernelGsBase: bigint;
}

/** The privileged state that one guest believes to own, and how often each instruction was emulated for it. */
export class Privileged {
  /** Emulated instructions and reflected exceptions by name. */
  readonly traps = new Map<string, number>();
  readonly #state: PrivilegedState = { idt: undefined, gdt: undefined, task: 0, cr2: 0n, kernelGsBase: 0n };

  saveState(): Readonly<PrivilegedState> {
    return { ...this.#state };
  }

  restoreState(state: Readonly<PrivilegedState>): void {
    Object.assign(this.#state, state);
  }

  /**
   * Deals with an exception: emulates the instruction or enters the guest's own handler, then the machine can run on.
   *
   * @throws GuestFault when the guest cannot go on
   */
  handle(machine: Machine, exit: ExceptionExit): void {
    const registers = machine.readRegisters();
    if (exit.vector === PAGE_FAULT) this.#state.cr2 = exit.address;
    if (exit.vector === GENERAL_PROTECTION && this.#emulate(machine, registers)) return;
    this.#count(exceptionName(exit.vector));
    const errorCode = WITH_ERROR_CODE.has(exit.vector) ? exit.errorCode : undefined;
    const exception = { vector: exit.vector, errorCode, detail: exit.detail };
    const withAddress = exit.vector === PAGE_FAULT ? { ...exception, address: exit.address } : exception;
    reflect(machine, this.#state, withAddress, registers);
  }

  /** Returns whether the instruction was one of ours, and done. */
  #emulate(machine: Machine, registers: Registers): boolean {
    const instruction = fetchInstruction(machine.memory, registers);
    if (instruction === undefined) return false;
    const next = { ...registers, rip: registers.rip + BigInt(instruction.length) };
    if (instruction.opcode === 0xcd) {
      // `int n`: the guest's own gate for it, as if the guest ran at ring 0.
      this.#count("int");
      reflect(machine, this.#state, { vector: instruction.immediate, errorCode: undefined }, next);
      return true;
    }
    const name = this.#execute(machine.memory, instruction, next);
    if (name === undefined) return false;
    this.#count(name);
    machine.writeRegisters(next);
    return true;
  }

  /** Changes `next` and this state as the instruction asks; returns its name, or undefined when it is none of ours. */
  #execute(memory: GuestMemory, instruction: Instruction, next: Registers): string | undefined {
    switch (instruction.opcode) {
      case 0x0f00:
        return this.#taskOrLocalTable(memory, instruction, next);
      case 0x0f01:
        return this.#systemTable(memory, instruction, next);
      case 0x0f20:
        return this.#readControlRegister(instruction, next);
      case 0x0f22:
        return this.#writeControlRegister(instruction, next);
      case 0x0f30:
        return this.#writeMsr(next);
      case 0x0f32:
        return this.#readMsr(next);
      case 0x8e:
        return "mov to a segment register";
      case 0xcb:
        return farReturn(memory, instruction, next);
      case 0xcf:
        return interruptReturn(memory, instruction, next);
      case 0xfa:
        return "cli";
      case 0xfb:
        return "sti";
      case 0x0f09:
        return "wbinvd";
      case 0xf4:
        throw new GuestFault(
          "privileged-instruction",
          "hlt, and nothing could ever wake this guest",
          next.rip - 1n,
        );
      default:
        refusePortAccess(instruction, next);
        return undefined;
    }
  }

  #taskOrLocalTable(
    memory: GuestMemory,
    { reg, rm, address }: Instruction,
    next: Registers,
  ): string | undefined {
    if (reg === 2) return "lldt";
    if (reg !== 3) return undefined;
    this.#state.task =
      address === undefined
        ? Number(next[REGISTER_NAMES[rm]!] & 0xffffn)
        : view(memory.readable(address, 2, "ltr")).getUint16(0, true);
    return "ltr";
  }

  #systemTable(memory: GuestMemory, { reg, rm, address }: Instruction, next: Registers): string | undefined {
    if (address === undefined) {
      if (reg !== 7 || rm !== 0) return undefined;
      [next.gsBase, this.#state.kernelGsBase] = [this.#state.kernelGsBase, next.gsBase];
      return "swapgs";
    }
    if (reg === 7) return "invlpg";
    if (reg !== 2 && reg !== 3) return undefined;
    const name = reg === 2 ? "lgdt" : "lidt";
    const operand = view(memory.readable(address, 10, name));
    const table = { limit: operand.getUint16(0, true), base: operand.getBigUint64(2, true) };
    if (reg === 2) this.#state.gdt = table;
    else this.#state.idt = table;
    return name;
  }

  #readControlRegister({ reg, rm }: Instruction, next: Registers): string | undefined {
    const values: Record<number, bigint> = { 0: BELIEVED_CR0, 2: this.#state.cr2, 4: BELIEVED_CR4 };
    const value = values[reg];
    if (value === undefined) return undefined;
    next[REGISTER_NAMES[rm]!] = value;
    return `mov from cr${reg}`;
  }

  #writeControlRegister({ reg, rm, length }: Instruction, next: Registers): string {
    if (reg === 2) {
      this.#state.cr2 = next[REGISTER_NAMES[rm]!];
      return "mov to cr2";
    }
    throw new GuestFault(
      "privileged-instruction",
      `mov to cr${reg}: page tables and modes are the monitor's`,
      next.rip - BigInt(length),
    );
  }

  #writeMsr(next: Registers): string | undefined {
    const value = ((next.rdx & 0xffff_ffffn) << 32n) | (next.rax & 0xffff_ffffn);
    switch (Number(next.rcx & 0xffff_ffffn)) {
      case IA32_FS_BASE:
        if (!isCanonical(value)) return undefined;
        next.fsBase = value;
        return "wrmsr FS_BASE";
      case IA32_GS_BASE:
        if (!isCanonical(value)) return undefined;
        next.gsBase = value;
        return "wrmsr GS_BASE";
      case IA32_KERNEL_GS_BASE:
        if (!isCanonical(value)) return undefined;
        this.#state.kernelGsBase = value;
        return "wrmsr KERNEL_GS_BASE";
      default:
        return undefined;
    }
  }

  #readMsr(next: Registers): string | undefined {
    const values: Record<number, bigint> = {
      [IA32_FS_BASE]: next.fsBase,
      [IA32_GS_BASE]: next.gsBase,
      [IA32_KERNEL_GS_BASE]: this.#state.kernelGsBase,
    };
    const value = values[Number(next.rcx & 0xffff_ffffn)];
    if (value === undefined) return undefined;
    next.rax = value & 0xffff_ffffn;
    next.rdx = value >> 32n;
    return "rdmsr";
  }

  #count(name: string): void {
    this.traps.set(name, (this.traps.get(name) ?? 0) + 1);
  }
}

/** A copy of the instruction's bytes, decoded; undefined when rip lies nowhere. */
function fetchInstruction(memory: GuestMemory, registers: Registers): Instruction | undefined {
  const code = memory.readablePrefix(registers.rip, LONGEST_INSTRUCTION).slice();
  return decode(code, registers);
}

function farReturn(memory: GuestMemory, { wide }: Instruction, next: Registers): string | undefined {
  const width = wide ? 8 : 4;
  const frame = view(memory.readable(next.rsp, 2 * width, "far return"));
  const target = wide ? frame.getBigUint64(0, true) : BigInt(frame.getUint32(0, true));
  if (!isCanonical(target)) return undefined;
  next.rip = target;
  next.rsp += BigInt(2 * width);
  return "lret";
}

function interruptReturn(memory: GuestMemory, { wide }: Instruction, next: Registers): string | undefined {
  if (!wide) return undefined;
  const frame = view(memory.readable(next.rsp, 40, "iretq"));
  const target = frame.getBigUint64(0, true);
  if (!isCanonical(target)) return undefined;
  next.rip = target;
  next.rflags = (frame.getBigUint64(16, true) & USER_FLAGS) | ALWAYS_ONE;
  next.rsp = frame.getBigUint64(24, true);
  return "iretq";
}

/** in, out, ins, outs to a port that the I/O bitmap closes. */
function refusePortAccess({ opcode, immediate, length }: Instruction, next: Registers): void {
  const isImmediate = opcode >= 0xe4 && opcode <= 0xe7;
  const isDx = opcode >= 0xec && opcode <= 0xef;
  const isString = opcode >= 0x6c && opcode <= 0x6f;
  if (!isImmediate && !isDx && !isString) return;
  const port = isImmediate ? immediate : Number(next.rdx & 0xffffn);
  const isOut = (opcode & 2) !== 0;
  throw new GuestFault(
    "bad-hypercall",
    `${isOut ? "out to" : "in from"} port 0x${port.toString(16)}, which no hypercall has`,
    next.rip - BigInt(length),
  );
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.slice().buffer);
}
