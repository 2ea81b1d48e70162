// secret.ts: keys that are bytes: of HMAC, of AES, and what passwords are for PBKDF2 and HKDF.
import { attempt, failure, host, subtle } from "../shared.js";
import { derived, digestBytes, digestOf } from "./algorithm.js";
import type { Bare, Given, KeyFamily, KeyFormat } from "./formats.js";
import { member, toBase64 } from "./jwk.js";

/** Everything: what a key may be used for is looked after here. */
const NATIVE_USAGES = {
  hmac: ["sign", "verify"],
  aes: ["encrypt", "decrypt"],
  password: ["deriveBits"],
} as const;

export const secret: KeyFamily = {
  async importKey(material, given, check) {
    const isPassword = given.kind.family === "password";
    if (material.format !== "raw" && (isPassword || material.format !== "jwk"))
      throw failure("NotSupportedError", `${given.name}: keys in the format ${material.format}`);
    const bytes = "jwk" in material ? member(material.jwk, "k") : material.bytes;
    const key = await imported(given, bytes);
    check({ kty: "oct", alg: jwkName(key), use: given.name === "HMAC" ? "sig" : "enc" });
    return key;
  },

  async exportKey(format: KeyFormat, key) {
    if (format !== "raw" && format !== "jwk")
      throw failure("NotSupportedError", `${key.algorithm.name}: keys in the format ${format}`);
    const raw = await attempt("OperationError", "exportKey", () => subtle.exportKey("raw", key.native));
    const bytes = new Uint8Array(raw);
    return format === "raw" ? bytes : { kty: "oct", k: toBase64(bytes), alg: jwkName(key) };
  },

  async generate(given) {
    const isHmac = given.name === "HMAC";
    const preset = isHmac ? digestBytes(digestOf(given.hash)).block * 8 : undefined;
    const length = Number(given.length ?? preset);
    if (isHmac ? !(length > 0) || length % 8 !== 0 : ![128, 192, 256].includes(length))
      throw failure("OperationError", `generateKey: ${given.name} has no keys of ${length} bits`);
    const bytes = new Uint8Array(length / 8);
    host.fillRandom(bytes.buffer, 0, bytes.length);
    return imported(derived(given, { length: undefined }), bytes);
  },
};

async function imported(given: Given, bytes: Uint8Array): Promise<Bare> {
  const { name, kind } = given;
  const bits = 8 * bytes.length;
  if (kind.family === "aes" && ![128, 192, 256].includes(bits))
    throw failure("DataError", `importKey: got ${bits} bits, expected 128, 192 or 256`);
  const length = Number(given.length ?? bits);
  if (name === "HMAC" && (bits === 0 || length > bits || length <= bits - 8))
    throw failure("DataError", `importKey: got ${bits} bits, expected a key of ${length}`);
  const hash = name === "HMAC" ? { hash: { name: digestOf(given.hash) } } : {};
  // AES-KW is made of single blocks (crypto-aes-kw.ts).
  const native = name === "AES-KW" ? { name: "AES-CBC" } : { name, ...hash };
  const usages = NATIVE_USAGES[kind.family as keyof typeof NATIVE_USAGES];
  return {
    type: "secret",
    algorithm: kind.family === "password" ? { name } : { name, ...hash, length },
    native: await attempt("DataError", "importKey", () =>
      subtle.importKey("raw", bytes, native, true, usages),
    ),
  };
}

/** What `alg` says of such a key (RFC 7518). */
function jwkName({ algorithm }: Bare): string {
  if (algorithm.name === "HMAC") return `HS${(algorithm.hash as { name: string }).name.slice(4)}`;
  return `A${algorithm.length}${algorithm.name.slice(4)}`;
}
