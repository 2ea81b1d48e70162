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
