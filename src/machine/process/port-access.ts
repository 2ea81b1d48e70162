// port-access.ts: decodes in, out, ins and outs (Intel SDM vol. 2). Pure.

export interface PortAccess {
  readonly port: number;
  readonly direction: "in" | "out";
  /** Bytes. */
  readonly size: number;
  /** ins or outs. */
  readonly isString: boolean;
  /** Length of the instruction, bytes. */
  readonly length: number;
}

const OPERAND_SIZE = 0x66;
const PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, OPERAND_SIZE, 0x67, 0xf0, 0xf2, 0xf3]);

/** The port access at the start of `code`, or undefined when another instruction is there. */
export function decodePortAccess(code: Uint8Array, dx: number): PortAccess | undefined {
  let at = 0;
  let isWord = false;
  while (PREFIXES.has(code[at] ?? -1)) isWord = code[at++] === OPERAND_SIZE || isWord;
  if (((code[at] ?? 0) & 0xf0) === 0x40) at++; // REX: neither form heeds it
  const opcode = code[at++] ?? -1;
  const isImmediate = opcode >= 0xe4 && opcode <= 0xe7;
  const isDx = opcode >= 0xec && opcode <= 0xef;
  const isString = opcode >= 0x6c && opcode <= 0x6f;
  if (!isImmediate && !isDx && !isString) return undefined;
  const port = isImmediate ? (code[at++] ?? 0) : dx;
  if (at > code.length) return undefined;
  return {
    port,
    direction: (opcode & 2) === 0 ? "in" : "out",
    size: (opcode & 1) === 0 ? 1 : isWord ? 2 : 4,
    isString,
    length: at,
  };
}
