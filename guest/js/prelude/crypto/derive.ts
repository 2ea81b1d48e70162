// derive.ts: bits from keys that were agreed on, and from passwords.
import { attempt, failure, subtle } from "../shared.js";
import { type AlgorithmKind, digestBytes, digestOf } from "./algorithm.js";
import { viewOf } from "./cipher.js";
import { curveOf } from "./ec.js";
import type { Given } from "./formats.js";
import { type CryptoKey, type KeyParts, partsOf } from "./key.js";

/** @param length bits; null is all that there are */
export async function derive(given: Given, key: KeyParts, length: number | null): Promise<ArrayBuffer> {
  if (given.kind.family === "ec") return agree(given, key, length);
  if (given.kind.family !== "password") throw failure("NotSupportedError", `${given.name} derives nothing`);
  if (length === null || length % 8 !== 0)
    throw failure("OperationError", `deriveBits: got ${length} bits, expected a multiple of 8`);
  if (length === 0) return new ArrayBuffer(0);
  const { name } = given;
  const common = { name, hash: digestOf(given.hash), salt: viewOf(given.salt, name) };
  const iterations = Number(given.iterations);
  if (name === "PBKDF2" && !(iterations >= 1)) throw failure("OperationError", "PBKDF2: expected iterations");
  const all = name === "PBKDF2" ? { ...common, iterations } : { ...common, info: viewOf(given.info, name) };
  return attempt("OperationError", "deriveBits", async () => {
    // mbedTLS's extension takes the digest from the key, whatever the parameters say.
    const password = await subtle.exportKey("raw", key.native);
    const native = await subtle.importKey("raw", password, { name, hash: common.hash }, true, ["deriveBits"]);
    return subtle.deriveBits(all, native, length);
  });
}

async function agree(given: Given, key: KeyParts, length: number | null): Promise<ArrayBuffer> {
  const other = partsOf(given.public as CryptoKey);
  const on = curveOf(key.algorithm);
  if (other.type !== "public" || other.algorithm.name !== given.name || curveOf(other.algorithm) !== on)
    throw failure("InvalidAccessError", `${given.name}: expected a public key on the same curve`);
  const all = await attempt("OperationError", "deriveBits", () =>
    subtle.deriveBits({ name: given.name, public: other.native }, key.native, 8 * on.bytes),
  );
  if (on.isMontgomery && new Uint8Array(all).every((byte) => byte === 0))
    throw failure("OperationError", "X25519: the other's key is of small order");
  if (length === null) return all;
  if (length > 8 * on.bytes)
    throw failure("OperationError", `deriveBits: got ${length} bits, there are ${8 * on.bytes}`);
  const bits = all.slice(0, Math.ceil(length / 8));
  if (length % 8 !== 0) {
    const bytes = new Uint8Array(bits);
    bytes[bytes.length - 1]! &= 0xff << (8 - (length % 8));
  }
  return bits;
}

/** How many bits a key of that algorithm is derived from. */
export function lengthFor(given: Given & { readonly kind: AlgorithmKind }): number | null {
  if (given.kind.family === "password") return null;
  if (given.kind.family === "hmac")
    return Number(given.length ?? 8 * digestBytes(digestOf(given.hash)).block);
  if (given.kind.family === "aes" && [128, 192, 256].includes(given.length as number))
    return given.length as number;
  throw failure("OperationError", `deriveKey: ${given.name} has no keys of ${given.length} bits`);
}
