// subtle.ts: SubtleCrypto (Web Crypto, section 14): mbedTLS does the work; formats, usages and failures are the standard's.
import { attempt, type BufferSource, failure, host, subtle } from "../shared.js";
import { unwrap, wrap } from "./aes-kw.js";
import {
  type AlgorithmIdentifier,
  algorithmOf,
  digestBytes,
  digestOf,
  type Usage,
  usagesOf,
} from "./algorithm.js";
import { cipherOf, viewOf } from "./cipher.js";
import { derive, lengthFor } from "./derive.js";
import { ec } from "./ec.js";
import { type Bare, checker, type Given, type KeyFamily, type KeyFormat, type Material } from "./formats.js";
import type { JsonWebKey } from "./jwk.js";
import { type CryptoKey, type KeyParts, make, partsOf } from "./key.js";
import { rsa } from "./rsa.js";
import { secret } from "./secret.js";

export type KeyPair = { readonly publicKey: CryptoKey; readonly privateKey: CryptoKey };

const FAMILIES: Record<Given["kind"]["family"], KeyFamily> = {
  hmac: secret,
  aes: secret,
  password: secret,
  ec,
  rsa,
};

export class SubtleCrypto {
  async digest(algorithm: AlgorithmIdentifier, data: BufferSource): Promise<ArrayBuffer> {
    return subtle.digest(digestOf(algorithm), viewOf(data, "digest"));
  }

  async generateKey(
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<CryptoKey | KeyPair> {
    const given = algorithmOf(algorithm);
    const { kind, name } = given;
    const publicUsages = kind.publicUsages ?? [];
    const all = usagesOf(usages, [...kind.usages, ...publicUsages], name);
    const allowed = (each: readonly Usage[]) => all.filter((usage) => each.includes(usage));
    if (allowed(kind.usages).length === 0) throw failure("SyntaxError", `${name}: a key without usages`);
    if (kind.family === "password") throw failure("NotSupportedError", `${name}: keys are not generated`);
    const made = await FAMILIES[kind.family].generate(given);
    if ("native" in made) return finish(made, extractable, all);
    return {
      publicKey: finish(made.publicKey, true, allowed(publicUsages)),
      privateKey: finish(made.privateKey, extractable, allowed(kind.usages)),
    };
  }

  async importKey(
    format: KeyFormat,
    data: BufferSource | JsonWebKey,
    algorithm: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<CryptoKey> {
    const given = algorithmOf(algorithm);
    const { kind, name } = given;
    const material = materialOf(format, data);
    const all = usagesOf(usages, [...kind.usages, ...(kind.publicUsages ?? [])], name);
    if (kind.family === "password" && extractable)
      throw failure("SyntaxError", `${name}: its keys cannot be extractable`);
    const made = await FAMILIES[kind.family].importKey(material, given, checker(material, all, extractable));
    const allowed = (made.type === "public" ? kind.publicUsages : kind.usages) ?? [];
    if (made.type !== "public" && all.length === 0)
      throw failure("SyntaxError", `${name}: a key without usages`);
    return finish(made, extractable, usagesOf(all, allowed, name));
  }

  async exportKey(format: KeyFormat, key: CryptoKey): Promise<ArrayBuffer | JsonWebKey> {
    const parts = partsOf(key);
    const { family } = algorithmOf(parts.algorithm).kind;
    if (family === "password") throw failure("NotSupportedError", "exportKey: a password stays here");
    if (!parts.extractable) throw failure("InvalidAccessError", "exportKey: the key is not extractable");
    const out = await FAMILIES[family].exportKey(format, parts);
    if (!(out instanceof Uint8Array)) return { ...out, key_ops: [...parts.usages], ext: true };
    return out.slice().buffer as ArrayBuffer;
  }

  async sign(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer> {
    const given = algorithmOf(algorithm);
    const { native, algorithm: its } = partsOf(key, { name: given.name, usage: "sign" });
    const [parameters, bytes] = [signatureOf(given, its), viewOf(data, "sign")];
    return attempt("OperationError", "sign", () => subtle.sign(parameters, native, bytes));
  }

  async verify(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    signature: BufferSource,
    data: BufferSource,
  ): Promise<boolean> {
    const given = algorithmOf(algorithm);
    const { native, algorithm: its } = partsOf(key, { name: given.name, usage: "verify" });
    const [claimed, bytes] = [viewOf(signature, "verify"), viewOf(data, "verify")];
    const parameters = signatureOf(given, its);
    return attempt("OperationError", "verify", () => subtle.verify(parameters, native, claimed, bytes));
  }

  async encrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer> {
    const given = algorithmOf(algorithm);
    return cipher("encrypt", given, partsOf(key, { name: given.name, usage: "encrypt" }), data);
  }

  async decrypt(algorithm: AlgorithmIdentifier, key: CryptoKey, data: BufferSource): Promise<ArrayBuffer> {
    const given = algorithmOf(algorithm);
    return cipher("decrypt", given, partsOf(key, { name: given.name, usage: "decrypt" }), data);
  }

  async deriveBits(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    length: number | null = null,
  ): Promise<ArrayBuffer> {
    const given = algorithmOf(algorithm);
    return derive(given, partsOf(key, { name: given.name, usage: "deriveBits" }), length);
  }

  async deriveKey(
    algorithm: AlgorithmIdentifier,
    key: CryptoKey,
    wanted: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<CryptoKey> {
    const given = algorithmOf(algorithm);
    const parts = partsOf(key, { name: given.name, usage: "deriveKey" });
    const bits = await derive(given, parts, lengthFor(algorithmOf(wanted)));
    return this.importKey("raw", bits, wanted, extractable, usages);
  }

  async wrapKey(
    format: KeyFormat,
    key: CryptoKey,
    wrapping: CryptoKey,
    algorithm: AlgorithmIdentifier,
  ): Promise<ArrayBuffer> {
    const given = algorithmOf(algorithm);
    const parts = partsOf(wrapping, { name: given.name, usage: "wrapKey" });
    const out = await this.exportKey(format, key);
    const bytes = out instanceof ArrayBuffer ? out : host.encode(JSON.stringify(out));
    return given.name === "AES-KW"
      ? wrap(parts.native, new Uint8Array(bytes))
      : cipher("encrypt", given, parts, bytes);
  }

  async unwrapKey(
    format: KeyFormat,
    wrapped: BufferSource,
    unwrapping: CryptoKey,
    algorithm: AlgorithmIdentifier,
    wanted: AlgorithmIdentifier,
    extractable: boolean,
    usages: readonly Usage[],
  ): Promise<CryptoKey> {
    const given = algorithmOf(algorithm);
    const parts = partsOf(unwrapping, { name: given.name, usage: "unwrapKey" });
    const bytes =
      given.name === "AES-KW"
        ? await unwrap(parts.native, viewOf(wrapped, "unwrapKey"))
        : await cipher("decrypt", given, parts, wrapped);
    return this.importKey(format, format === "jwk" ? jwkIn(bytes) : bytes, wanted, extractable, usages);
  }
}

Object.defineProperty(SubtleCrypto.prototype, Symbol.toStringTag, {
  value: "SubtleCrypto",
  configurable: true,
});

function finish(bare: Bare, extractable: boolean, usages: readonly Usage[]): CryptoKey {
  return make({ ...bare, extractable: bare.type === "public" || Boolean(extractable), usages });
}

function materialOf(format: KeyFormat, data: BufferSource | JsonWebKey): Material {
  if (format === "jwk") {
    if (typeof data !== "object" || data === null || ArrayBuffer.isView(data) || data instanceof ArrayBuffer)
      throw new TypeError("importKey: expected a JSON Web Key");
    return { format, jwk: data as JsonWebKey };
  }
  if (format !== "raw" && format !== "spki" && format !== "pkcs8")
    throw new TypeError(`importKey: got the format ${format}, expected raw, spki, pkcs8 or jwk`);
  return { format, bytes: viewOf(data, "importKey").slice() };
}

/** The parameters of a signature for mbedTLS, which salts with as many bytes as the digest has, whatever it is told. */
function signatureOf(given: Given, its: KeyParts["algorithm"]): Record<string, unknown> {
  const { name } = given;
  if (name === "ECDSA") return { name, hash: digestOf(given.hash) };
  if (name !== "RSA-PSS") return { name };
  const { bytes } = digestBytes((its.hash as { name: string }).name);
  if (given.saltLength !== bytes)
    throw failure("NotSupportedError", `RSA-PSS: got a salt of ${given.saltLength} bytes, expected ${bytes}`);
  return { name, saltLength: bytes };
}

async function cipher(
  direction: "encrypt" | "decrypt",
  given: Given,
  parts: KeyParts,
  data: BufferSource,
): Promise<ArrayBuffer> {
  const bytes = viewOf(data, direction);
  const algorithm = cipherOf(given, bytes);
  return attempt("OperationError", direction, () => subtle[direction](algorithm, parts.native, bytes));
}

function jwkIn(bytes: ArrayBuffer): JsonWebKey {
  try {
    return JSON.parse(host.decode(bytes, 0, bytes.byteLength)) as JsonWebKey;
  } catch {
    throw failure("DataError", "unwrapKey: expected a JSON Web Key");
  }
}
