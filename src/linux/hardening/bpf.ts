// bpf.ts: classic BPF as seccomp knows it: instructions and their bytes (include/uapi/linux/filter.h, bpf_common.h). No I/O.
import { struct, u8, u16, u32 } from "../../abi/struct.js";

/** include/uapi/linux/filter.h: code, where to go on when a comparison holds and when not (in instructions ahead), operand. */
export const SockFilter = struct("sock_filter", { code: u16, jt: u8, jf: u8, k: u32 }, { size: 8 });

export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Opcodes: BPF_LD|BPF_W|BPF_ABS, BPF_ALU|BPF_AND|BPF_K, BPF_JMP|…|BPF_K, BPF_RET|BPF_K. */
export const LOAD = 0x20;
export const AND = 0x54;
export const JUMP_EQUAL = 0x15;
export const JUMP_AT_LEAST = 0x35;
export const JUMP_ANY_BIT = 0x45;
export const RETURN = 0x06;

/** Loads the 32-bit word at an offset of struct seccomp_data. */
export const load = (offset: number): Instruction => ({ code: LOAD, jt: 0, jf: 0, k: offset });
/** Keeps the bits of a mask. */
export const and = (mask: number): Instruction => ({ code: AND, jt: 0, jf: 0, k: mask });
/** Ends the program with an action. */
export const give = (action: number): Instruction => ({ code: RETURN, jt: 0, jf: 0, k: action });

/** Does what follows when the word has this value, else skips it. The program goes on behind it. */
export const whenEqual = (value: number, ...then: Instruction[]): Instruction[] =>
  when(JUMP_EQUAL, value, then);
/** … when it is this value or more, unsigned. */
export const whenAtLeast = (value: number, ...then: Instruction[]): Instruction[] =>
  when(JUMP_AT_LEAST, value, then);
/** … when it has one of these bits. */
export const whenAnyBit = (bits: number, ...then: Instruction[]): Instruction[] =>
  when(JUMP_ANY_BIT, bits, then);
/** … when it has another value. */
export const unlessEqual = (value: number, ...then: Instruction[]): Instruction[] => [
  { code: JUMP_EQUAL, jt: then.length, jf: 0, k: value },
  ...then,
];
/** … when it has none of these bits. */
export const unlessAnyBit = (bits: number, ...then: Instruction[]): Instruction[] => [
  { code: JUMP_ANY_BIT, jt: then.length, jf: 0, k: bits },
  ...then,
];

function when(code: number, k: number, then: Instruction[]): Instruction[] {
  return [{ code, jt: 0, jf: then.length, k }, ...then];
}

/** The program's bytes, as the kernel reads them. */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = new Uint8Array(program.length * SockFilter.size);
  program.forEach((instruction, i) => {
    SockFilter.write(bytes, instruction, i * SockFilter.size);
  });
  return bytes;
}
