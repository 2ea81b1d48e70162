// instruction.ts: decodes the few instructions that a guest may not execute itself (Intel SDM vol. 2, chapter 2). Pure.
import type { Registers } from "./machine.js";

/** What a privileged instruction is and where its operands are. `length` in bytes. */
export interface Instruction {
  readonly length: number;
  /** One- or two-byte opcode: 0xf4, 0x0f01. */
  readonly opcode: number;
  /** The ModRM byte's reg field, extended by REX.R; also the opcode extension of 0f 00 and 0f 01. */
  readonly reg: number;
  /** The ModRM byte's rm field, extended by REX.B: a register's number when `address` is undefined. */
  readonly rm: number;
  /** The memory operand's address. */
  readonly address: bigint | undefined;
  /** Immediate byte, 0 if none. */
  readonly immediate: number;
  /** Operand size from REX.W. */
  readonly wide: boolean;
}

/** General registers in the order of their numbers (SDM vol. 2, table 2-2). */
export const REGISTER_NAMES = [
  "rax",
  "rcx",
  "rdx",
  "rbx",
  "rsp",
  "rbp",
  "rsi",
  "rdi",
  "r8",
  "r9",
  "r10",
  "r11",
  "r12",
  "r13",
  "r14",
  "r15",
] as const satisfies readonly (keyof Registers)[];

const LEGACY_PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);
/** Opcodes here that a ModRM byte follows. */
const WITH_MODRM = new Set([0x8e, 0x0f00, 0x0f01, 0x0f20, 0x0f22]);
/** Opcodes here that an immediate byte follows. */
const WITH_IMMEDIATE = new Set([0xcd, 0xe4, 0xe5, 0xe6, 0xe7]);

const MASK = 0xffff_ffff_ffff_ffffn;

/** Decodes the instruction at the start of `code`, or gives undefined when the bytes end before it does. */
export function decode(code: Uint8Array, registers: Registers): Instruction | undefined {
  let at = 0;
  let fsOrGs = 0n;
  while (LEGACY_PREFIXES.has(code[at] ?? -1)) {
    if (code[at] === 0x64) fsOrGs = registers.fsBase;
    if (code[at] === 0x65) fsOrGs = registers.gsBase;
    at++;
  }
  let rex = 0;
  if (((code[at] ?? 0) & 0xf0) === 0x40) rex = code[at++]!;
  let opcode = code[at++] ?? -1;
  if (opcode === 0x0f) opcode = 0x0f00 | (code[at++] ?? 0);
  let reg = 0;
  let rm = 0;
  let address: bigint | undefined;
  if (WITH_MODRM.has(opcode)) {
    const modrm = code[at++] ?? 0;
    reg = ((modrm >> 3) & 7) | ((rex & 4) << 1);
    rm = (modrm & 7) | ((rex & 1) << 3);
    // mov to and from control registers ignores mod: its operand is always a register.
    if (modrm >> 6 !== 3 && opcode !== 0x0f20 && opcode !== 0x0f22) {
      const operand = decodeAddress(code, at, modrm, rex, registers);
      at = operand.end;
      address =
        (operand.ripRelative ? operand.address + registers.rip + BigInt(at) : operand.address) + fsOrGs;
      address &= MASK;
    }
  }
  const immediate = WITH_IMMEDIATE.has(opcode) ? (code[at++] ?? 0) : 0;
  if (at > code.length) return undefined;
  return { length: at, opcode, reg, rm, address, immediate, wide: (rex & 8) !== 0 };
}

/** ModRM and SIB with displacement (SDM vol. 2, section 2.1.5). */
function decodeAddress(code: Uint8Array, start: number, modrm: number, rex: number, registers: Registers) {
  const mod = modrm >> 6;
  let at = start;
  let address = 0n;
  let ripRelative = false;
  let base: number | undefined = modrm & 7;
  if (base === 4) {
    const sib = code[at++] ?? 0;
    const index = ((sib >> 3) & 7) | ((rex & 2) << 2);
    if (index !== 4) address += registers[REGISTER_NAMES[index]!] << BigInt(sib >> 6);
    base = sib & 7;
    if (base === 5 && mod === 0) base = undefined;
  } else if (base === 5 && mod === 0) {
    ripRelative = true;
    base = undefined;
  }
  if (base !== undefined) address += registers[REGISTER_NAMES[base | ((rex & 1) << 3)]!];
  const displacementBytes = mod === 1 ? 1 : mod === 2 || base === undefined ? 4 : 0;
  address += displacement(code, at, displacementBytes);
  at += displacementBytes;
  return { address, end: at, ripRelative };
}

function displacement(code: Uint8Array, at: number, bytes: number): bigint {
  if (bytes === 0 || at + bytes > code.length) return 0n;
  const view = new DataView(code.buffer, code.byteOffset + at, bytes);
  return BigInt(bytes === 1 ? view.getInt8(0) : view.getInt32(0, true));
}
