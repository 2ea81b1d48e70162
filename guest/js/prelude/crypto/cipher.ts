// cipher.ts: encryption's parameters, as the standard wants them looked at before mbedTLS sees them.
import { type BufferSource, bytesOf, failure } from "../shared.js";
import type { Given } from "./formats.js";

const BLOCK_BYTES = 16;
const TAG_BITS = 128;

/** What a caller gave as bytes. */
export function viewOf(value: unknown, what: string): Uint8Array {
  const found = bytesOf(value);
  if (found === undefined) throw new TypeError(`${what}: expected an ArrayBuffer or a view of one`);
  return new Uint8Array(found.buffer, found.offset, found.length);
}

/** The algorithm for mbedTLS. */
export function cipherOf(given: Given, data: Uint8Array): Record<string, unknown> {
  const { name } = given;
  if (name === "AES-GCM") {
    // mbedTLS writes whole tags only, whatever it is told.
    if ((given.tagLength ?? TAG_BITS) !== TAG_BITS)
      throw failure("NotSupportedError", `AES-GCM: tags of ${given.tagLength} bits are not supported`);
    const more =
      given.additionalData === undefined ? {} : { additionalData: viewOf(given.additionalData, name) };
    return { name, iv: viewOf(given.iv, name), ...more };
  }
  if (name === "AES-CBC") return { name, iv: block(given.iv, name) };
  if (name === "AES-CTR") {
    const counter = block(given.counter, name);
    checkCounter(counter, Number(given.length), data.length);
    return { name, counter, length: 8 * BLOCK_BYTES };
  }
  if (name === "RSA-OAEP") {
    // Nor does it look at a label.
    if (given.label !== undefined && viewOf(given.label, name).length > 0)
      throw failure("NotSupportedError", "RSA-OAEP: labels are not supported");
    return { name };
  }
  throw failure("NotSupportedError", `${name} does not encrypt`);
}

function block(value: unknown, name: string): Uint8Array {
  const bytes = viewOf(value, name);
  if (bytes.length !== BLOCK_BYTES)
    throw failure("OperationError", `${name}: got ${bytes.length} bytes, expected ${BLOCK_BYTES}`);
  return bytes;
}

/** mbedTLS counts in all 128 bits: a shorter counter may not pass its end. */
function checkCounter(counter: BufferSource & Uint8Array, bits: number, bytes: number): void {
  if (!(bits >= 1 && bits <= 128)) throw failure("OperationError", `AES-CTR: got a counter of ${bits} bits`);
  const size = 1n << BigInt(bits);
  const start = counter.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) % size;
  const blocks = BigInt(Math.ceil(bytes / BLOCK_BYTES));
  if (blocks > size) throw failure("OperationError", "AES-CTR: more data than the counter can count");
  if (bits < 128 && start + blocks > size)
    throw failure("NotSupportedError", "AES-CTR: a counter that passes its end");
}
