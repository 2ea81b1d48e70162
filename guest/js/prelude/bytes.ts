// bytes.ts: ArrayBuffers and views of them as one thing, and text.
import { host } from "./host.js";

export interface Bytes {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
  readonly length: number;
}

/** Where the bytes of a buffer or a view lie; undefined for anything else. */
export function bytesOf(value: unknown): Bytes | undefined {
  if (value instanceof ArrayBuffer) return { buffer: value, offset: 0, length: value.byteLength };
  if (ArrayBuffer.isView(value))
    return { buffer: value.buffer as ArrayBuffer, offset: value.byteOffset, length: value.byteLength };
  return undefined;
}

export function decode({ buffer, offset, length }: Bytes): string {
  return host.decode(buffer, offset, length);
}

/** Bytes of their own. */
export function copyOf({ buffer, offset, length }: Bytes): ArrayBuffer {
  return buffer.slice(offset, offset + length);
}

/** Many pieces as one. */
export function join(pieces: readonly ArrayBuffer[]): ArrayBuffer {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return whole.buffer;
}
