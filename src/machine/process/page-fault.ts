// page-fault.ts: a page fault's error code, which ptrace does not tell: found again from the address and the instruction. Pure.
import type { Region } from "../address-space.js";

// Intel SDM vol. 3A, section 4.7
const PRESENT = 1;
const WRITE = 2;
const USER = 4;
const INSTRUCTION_FETCH = 16;

const LONGEST_INSTRUCTION = 15;
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

/** Opcodes whose memory operand is written, whatever the ModRM byte says. */
const STORES = new Set([
  ...[0x88, 0x89, 0x8c, 0x86, 0x87, 0x8f, 0xa2, 0xa3, 0xaa, 0xab, 0xc6, 0xc7], // mov, xchg, pop, stos
  ...[0xc0, 0xc1, 0xd0, 0xd1, 0xd2, 0xd3], // shifts
  ...[0x00, 0x01, 0x08, 0x09, 0x10, 0x11, 0x18, 0x19, 0x20, 0x21, 0x28, 0x29, 0x30, 0x31], // add to xor
  ...[0x0f11, 0x0f13, 0x0f17, 0x0f29, 0x0f2b, 0x0f7e, 0x0f7f, 0x0fd6, 0x0fe7, 0x0fc3], // SSE moves
  ...[0x0fa4, 0x0fa5, 0x0fac, 0x0fad, 0x0fb0, 0x0fb1, 0x0fc0, 0x0fc1, 0x0fc7], // shld, shrd, cmpxchg, xadd
  ...Array.from({ length: 16 }, (_, i) => 0x0f90 + i), // setcc
]);
const COMPARE = 7;

/**
 * Exact inside guest memory: every region can be read, so that a denied access that is no fetch is a write. Where nothing is
 * mapped, a write is told by its opcode or by its address below the stack pointer; what is not known counts as a read.
 */
export function pageFaultErrorCode(
  regions: readonly Region[],
  fault: { address: number; rip: number; rsp: number; code: Uint8Array },
): number {
  const { address, rip, rsp, code } = fault;
  const region = regions.find(({ start, end }) => address >= start && address < end);
  const present = region === undefined ? 0 : PRESENT;
  const isFetch = address >= rip && address < rip + LONGEST_INSTRUCTION && region?.permissions !== "rx";
  if (isFetch) return USER | INSTRUCTION_FETCH | present;
  const isPush = address >= rsp - 8 && address < rsp;
  const isWrite = region !== undefined || isPush || isStore(code);
  return USER | present | (isWrite ? WRITE : 0);
}

function isStore(code: Uint8Array): boolean {
  let at = 0;
  while (PREFIXES.has(code[at] ?? -1)) at++;
  if (((code[at] ?? 0) & 0xf0) === 0x40) at++;
  let opcode = code[at++] ?? -1;
  if (opcode === 0x0f) opcode = 0x0f00 | (code[at++] ?? 0);
  if (STORES.has(opcode)) return true;
  const extension = ((code[at] ?? 0) >> 3) & 7;
  if (opcode === 0x80 || opcode === 0x81 || opcode === 0x83) return extension !== COMPARE;
  if (opcode === 0xf6 || opcode === 0xf7) return extension === 2 || extension === 3; // not, neg
  if (opcode === 0xfe || opcode === 0xff) return extension <= 1; // inc, dec
  return false;
}
