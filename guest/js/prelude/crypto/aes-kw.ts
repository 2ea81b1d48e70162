// aes-kw.ts: AES key wrap (RFC 3394), of single blocks that mbedTLS's CBC makes.
import { failure, type NativeKey, subtle } from "../shared.js";
import { joined, same } from "./der.js";

const HALF = 8;
const BLOCK = 16;
const ROUNDS = 6;
const INITIAL = new Uint8Array(HALF).fill(0xa6);
const ZERO = new Uint8Array(BLOCK);

export async function wrap(key: NativeKey, data: Uint8Array): Promise<ArrayBuffer> {
  const halves = split(data);
  let first: Uint8Array = INITIAL;
  for (let round = 0; round < ROUNDS; round++)
    for (let i = 0; i < halves.length; i++) {
      const made = await encrypt(key, joined(first, halves[i]!));
      first = counted(made.subarray(0, HALF), halves.length * round + i + 1);
      halves[i] = made.subarray(HALF);
    }
  return joined(first, ...halves).buffer as ArrayBuffer;
}

export async function unwrap(key: NativeKey, data: Uint8Array): Promise<ArrayBuffer> {
  const [head, ...halves] = split(data);
  let first = head!;
  for (let round = ROUNDS - 1; round >= 0; round--)
    for (let i = halves.length - 1; i >= 0; i--) {
      const made = await decrypt(key, joined(counted(first, halves.length * round + i + 1), halves[i]!));
      first = made.subarray(0, HALF);
      halves[i] = made.subarray(HALF);
    }
  if (!same(first, INITIAL)) throw failure("OperationError", "AES-KW: the key was not wrapped with this one");
  return joined(...halves).buffer as ArrayBuffer;
}

function split(data: Uint8Array): Uint8Array[] {
  if (data.length % HALF !== 0 || data.length < BLOCK)
    throw failure("OperationError", `AES-KW: got ${data.length} bytes, expected a multiple of ${HALF}`);
  return Array.from({ length: data.length / HALF }, (_, i) => data.subarray(HALF * i, HALF * (i + 1)));
}

function counted(half: Uint8Array, step: number): Uint8Array {
  const result = half.slice();
  const view = new DataView(result.buffer);
  view.setUint32(4, view.getUint32(4) ^ step);
  return result;
}

/** One block; CBC appends another, of padding. */
async function encrypt(key: NativeKey, block: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await subtle.encrypt({ name: "AES-CBC", iv: ZERO }, key, block), 0, BLOCK);
}

/** One block. CBC wants a padded text: a block of padding is made to follow. */
async function decrypt(key: NativeKey, block: Uint8Array): Promise<Uint8Array> {
  const padding = await subtle.encrypt({ name: "AES-CBC", iv: block }, key, new Uint8Array(0));
  const both = joined(block, new Uint8Array(padding));
  return new Uint8Array(await subtle.decrypt({ name: "AES-CBC", iv: ZERO }, key, both));
}
