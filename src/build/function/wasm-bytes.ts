// wasm-bytes.ts: reads and writes the pieces that a WebAssembly module is made of. Bytes only; nothing is known of sections.
import { MayflyError } from "../../errors.js";

/** Reads a module, or part of one, from front to back. */
export class WasmReader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isOver(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw unlinkable("a module that ends in the middle");
    return byte;
  }

  /** An unsigned number of at most 32 bits. */
  unsigned(): number {
    return Number(this.#leb() & 0xffffffffn);
  }

  /** A signed number of at most 64 bits; its 32 lower bits are what addresses need. */
  signed(): number {
    const start = this.at;
    const value = this.#leb();
    return Number(BigInt.asIntN(7 * (this.at - start), value));
  }

  take(length: number): Uint8Array {
    const from = this.at;
    this.at += length;
    if (this.at > this.bytes.length) throw unlinkable("a module that ends in the middle");
    return this.bytes.subarray(from, this.at);
  }

  name(): string {
    return Buffer.from(this.take(this.unsigned())).toString();
  }

  /** As many things as the number before them says. */
  many<T>(read: () => T): T[] {
    return Array.from({ length: this.unsigned() }, read);
  }

  #leb(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}

export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return [...bytes, rest];
}

/** A signed number of 32 bits, as an `i32.const` has it. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value | 0; ; rest >>= 7) {
    const last = rest >= -64 && rest < 64;
    bytes.push((rest & 0x7f) | (last ? 0 : 0x80));
    if (last) return bytes;
  }
}

export function named(name: string): Uint8Array {
  const text = Buffer.from(name);
  return Buffer.concat([Uint8Array.from(unsigned(text.length)), text]);
}

/** Bytes behind their length. */
export function sized(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from(unsigned(bytes.length)), bytes]);
}

/** Things behind their number. */
export function counted(items: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([Uint8Array.from(unsigned(items.length)), ...items]);
}

/** The error for a module that the linker does not understand. */
export function unlinkable(got: string): MayflyError {
  return new MayflyError(
    "BUILD_FAILED",
    `linking the JavaScript engine: got ${got}, expected what quickjs-wasi 3 ships`,
    { mend: "npm ci" },
  );
}
