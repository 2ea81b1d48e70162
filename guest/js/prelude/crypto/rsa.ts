// rsa.ts: RSA keys. mbedTLS takes PKCS #1 (RFC 8017, appendix A.1); the formats of the web are put around it here.
import { attempt, failure, subtle } from "../shared.js";
import { digestOf } from "./algorithm.js";
import { DerReader, der, derInteger, TAG, unwrap, wrapPrivate, wrapPublic } from "./der.js";
import { type Bare, bothHalves, type Given, type KeyFamily } from "./formats.js";
import { type JsonWebKey, member, toBase64 } from "./jwk.js";

const IDENTIFIER = der(
  TAG.sequence,
  der(TAG.identifier, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]),
  der(TAG.nothing),
);

/** In the order of PKCS #1; a public key has the first two. */
const MEMBERS = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];
const PUBLIC_MEMBERS = 2;

export const rsa: KeyFamily = {
  async importKey(material, given, check) {
    const hash = digestOf(given.hash);
    if (material.format === "raw") throw failure("NotSupportedError", "RSA keys have no format raw");
    if (material.format === "jwk") {
      check({ kty: "RSA", alg: jwkName(given.name, hash), use: given.name === "RSA-OAEP" ? "enc" : "sig" });
      return imported(...fromJwk(material.jwk), given);
    }
    const type = material.format === "spki" ? "public" : "private";
    return imported(type, unwrap(material.format, material.bytes, IDENTIFIER), given);
  },

  async exportKey(format, key) {
    if (format === "raw") throw failure("NotSupportedError", "RSA keys have no format raw");
    if (format !== "jwk" && (format === "pkcs8") !== (key.type === "private"))
      throw failure("InvalidAccessError", `a ${key.type} key has no format ${format}`);
    const native = key.type === "public" ? "spki" : "pkcs8";
    const inner = new Uint8Array(
      await attempt("OperationError", "exportKey", () => subtle.exportKey(native, key.native)),
    );
    if (format === "spki") return wrapPublic(IDENTIFIER, inner);
    if (format === "pkcs8") return wrapPrivate(IDENTIFIER, inner);
    const { hash } = key.algorithm as unknown as { hash: { name: string } };
    const names = key.type === "public" ? MEMBERS.slice(0, PUBLIC_MEMBERS) : MEMBERS;
    const jwk: JsonWebKey = { kty: "RSA", alg: jwkName(key.algorithm.name, hash.name) };
    for (const [i, number] of numbersOf(key.type, inner).entries()) jwk[names[i]!] = toBase64(number);
    return jwk;
  },

  async generate(given) {
    const { name, modulusLength, publicExponent } = given;
    const hash = { name: digestOf(given.hash) };
    const algorithm = { name, modulusLength, publicExponent, hash };
    const usages = name === "RSA-OAEP" ? ["encrypt", "decrypt"] : ["sign", "verify"];
    const pair = await attempt("OperationError", "generateKey", () =>
      subtle.generateKey(algorithm, true, usages),
    );
    return bothHalves(pair, algorithm);
  },
};

async function imported(type: "public" | "private", pkcs1: Uint8Array, given: Given): Promise<Bare> {
  const hash = { name: digestOf(given.hash) };
  const isCipher = given.name === "RSA-OAEP";
  const usage = type === "public" ? (isCipher ? "encrypt" : "verify") : isCipher ? "decrypt" : "sign";
  const [modulus, publicExponent] = numbersOf(type, pkcs1);
  const format = type === "public" ? "spki" : "pkcs8";
  const native = await attempt("DataError", "importKey", () =>
    subtle.importKey(format, pkcs1, { name: given.name, hash }, true, [usage]),
  );
  const modulusLength = 8 * modulus!.length - Math.clz32(modulus![0]!) + 24;
  return {
    native,
    type,
    algorithm: { name: given.name, modulusLength, publicExponent: publicExponent!.slice(), hash },
  };
}

function numbersOf(type: Bare["type"], pkcs1: Uint8Array): Uint8Array[] {
  const reader = new DerReader(pkcs1).within(TAG.sequence);
  if (type === "private") reader.integer();
  const count = type === "private" ? MEMBERS.length : PUBLIC_MEMBERS;
  return Array.from({ length: count }, () => reader.integer());
}

function fromJwk(jwk: JsonWebKey): ["public" | "private", Uint8Array] {
  const isPrivate = jwk.d !== undefined;
  if (isPrivate && (jwk.p === undefined || jwk.oth !== undefined))
    throw failure("NotSupportedError", "a JWK: RSA keys without two primes are not supported");
  const names = isPrivate ? MEMBERS : MEMBERS.slice(0, PUBLIC_MEMBERS);
  const numbers = names.map((name) => derInteger(member(jwk, name)));
  const version = isPrivate ? derInteger(Uint8Array.of(0)) : [];
  return [isPrivate ? "private" : "public", der(TAG.sequence, version, ...numbers)];
}

/** What `alg` says of such a key (RFC 7518). */
function jwkName(name: string, hash: string): string {
  const bits = hash.slice(4);
  if (name === "RSA-OAEP") return bits === "1" ? name : `${name}-${bits}`;
  return `${name === "RSA-PSS" ? "PS" : "RS"}${bits}`;
}
