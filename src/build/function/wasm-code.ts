// wasm-code.ts: rewrites a function's body for the module that it moves into. Bytes in, bytes out.
import { signed, unlinkable, unsigned, WasmReader } from "./wasm-bytes.js";

/** Where what a body refers to is found from now on. */
export interface Relocation {
  readonly functions: readonly number[];
  readonly types: readonly number[];
  /** A global of the linked module, or what a global is for good. */
  readonly globals: readonly ({ readonly index: number } | { readonly value: number })[];
}

/** Opcodes by what follows them (WebAssembly core specification, section 5.4). */
const FOLLOWED_BY_BLOCK_TYPE = new Set([0x02, 0x03, 0x04]);
const FOLLOWED_BY_NUMBER = new Set([0x0c, 0x0d, 0x20, 0x21, 0x22, 0x3f, 0x40, 0x41, 0x42]);
const FOLLOWED_BY_NOTHING = new Set([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b]);
const FIRST_MEMORY = 0x28;
const LAST_MEMORY = 0x3e;
const FIRST_ARITHMETIC = 0x45;
const LAST_ARITHMETIC = 0xc4;
const GLOBAL_GET = 0x23;
const I32_CONST = 0x41;

/** Behind the prefix 0xfc. */
const LAST_SATURATING = 7;
const MEMORY_COPY = 10;
const MEMORY_FILL = 11;

/**
 * Rewrites a body.
 *
 * @throws MayflyError BUILD_FAILED naming an opcode that is not understood, or a constant that is written
 */
export function relocate(body: Uint8Array, relocation: Relocation): Uint8Array {
  const reader = new WasmReader(body);
  const pieces: (readonly number[] | Uint8Array)[] = [];
  const keep = (from: number): number => pieces.push(body.subarray(from, reader.at));
  reader.many(() => {
    reader.unsigned();
    reader.byte();
  });
  keep(0);
  while (!reader.isOver) {
    const from = reader.at;
    const opcode = reader.byte();
    if (opcode === 0x10) pieces.push([opcode, ...unsigned(relocation.functions[reader.unsigned()]!)]);
    else if (opcode === 0x11) {
      const type = relocation.types[reader.unsigned()]!;
      pieces.push([opcode, ...unsigned(type), ...unsigned(reader.unsigned())]);
    } else if (opcode === GLOBAL_GET || opcode === 0x24)
      pieces.push(global(opcode, relocation.globals[reader.unsigned()]!));
    else if (FOLLOWED_BY_BLOCK_TYPE.has(opcode)) {
      const type = reader.signed();
      if (type < 0) keep(from);
      else pieces.push([opcode, ...signed(relocation.types[type]!)]);
    } else {
      skipImmediates(reader, opcode);
      keep(from);
    }
  }
  return Buffer.concat(pieces.map((piece) => Uint8Array.from(piece)));
}

function global(opcode: number, found: Relocation["globals"][number]): number[] {
  if ("index" in found) return [opcode, ...unsigned(found.index)];
  if (opcode !== GLOBAL_GET) throw unlinkable("an assignment to a global that is constant");
  return [I32_CONST, ...signed(found.value)];
}

function skipImmediates(reader: WasmReader, opcode: number): void {
  if (FOLLOWED_BY_NOTHING.has(opcode) || (opcode >= FIRST_ARITHMETIC && opcode <= LAST_ARITHMETIC)) return;
  if (FOLLOWED_BY_NUMBER.has(opcode)) reader.signed();
  else if (opcode >= FIRST_MEMORY && opcode <= LAST_MEMORY) {
    reader.unsigned();
    reader.unsigned();
  } else if (opcode === 0x43) reader.take(4);
  else if (opcode === 0x44) reader.take(8);
  else if (opcode === 0x0e) {
    reader.many(() => reader.unsigned());
    reader.unsigned();
  } else if (opcode === 0x1c) reader.many(() => reader.byte());
  else if (opcode === 0xfc) {
    const operation = reader.unsigned();
    if (operation === MEMORY_COPY) reader.take(2);
    else if (operation === MEMORY_FILL) reader.take(1);
    else if (operation > LAST_SATURATING) throw unlinkable(`operation ${operation} on memory or tables`);
  } else throw unlinkable(`opcode ${opcode}`);
}
