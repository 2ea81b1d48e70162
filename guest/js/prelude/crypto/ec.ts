// ec.ts: keys on elliptic curves. mbedTLS takes points and scalars; the formats of the web are put around them here.
import { attempt, failure, type NativeKey, subtle } from "../shared.js";
import { DerReader, der, derInteger, joined, same, TAG, unwrap, wrapPrivate, wrapPublic } from "./der.js";
import { type Bare, bothHalves, type Given, type KeyFamily, type Material } from "./formats.js";
import { type JsonWebKey, member, toBase64 } from "./jwk.js";

interface Curve {
  readonly name: string;
  /** AlgorithmIdentifier (RFC 5480, RFC 8410). */
  readonly identifier: Uint8Array;
  /** Of a coordinate, and of a scalar. */
  readonly bytes: number;
  readonly isMontgomery: boolean;
}

const EC_PUBLIC_KEY = der(TAG.identifier, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]);
const UNCOMPRESSED = 4;

function curve(name: string, bytes: number, identifier: readonly number[]): Curve {
  const isMontgomery = name === "X25519";
  const own = der(TAG.identifier, identifier);
  return { name, bytes, isMontgomery, identifier: der(TAG.sequence, isMontgomery ? [] : EC_PUBLIC_KEY, own) };
}

const CURVES = [
  curve("P-256", 32, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07]),
  curve("P-384", 48, [0x2b, 0x81, 0x04, 0x00, 0x22]),
  curve("P-521", 66, [0x2b, 0x81, 0x04, 0x00, 0x23]),
  curve("X25519", 32, [0x2b, 0x65, 0x6e]),
];

/** The curve of a key or of what is to become one. */
export function curveOf({
  name,
  namedCurve,
}: {
  readonly name: string;
  readonly namedCurve?: unknown;
}): Curve {
  const wanted = name === "X25519" ? name : namedCurve;
  const found = CURVES.find((each) => each.name === wanted && each.isMontgomery === (name === "X25519"));
  if (found === undefined)
    throw failure("NotSupportedError", `${name}: the curve ${wanted} is not supported`);
  return found;
}

export const ec: KeyFamily = {
  async importKey(material, given, check) {
    const on = curveOf(given);
    if (material.format === "jwk") {
      const { jwk } = material;
      check({ kty: kty(on), use: given.name === "ECDSA" ? "sig" : "enc" });
      if (jwk.crv !== on.name) throw failure("DataError", `a JWK: got crv ${jwk.crv}, expected ${on.name}`);
      const point = pointOf(jwk, on);
      if (jwk.d === undefined) return imported("public", point, given);
      const key = await imported("private", member(jwk, "d"), given);
      if (!same(await exported("public", key.native), point))
        throw failure("DataError", "a JWK: its public half is that of another key");
      return key;
    }
    return material.format === "pkcs8"
      ? imported("private", scalarOf(material, on), given)
      : imported(
          "public",
          material.format === "spki" ? unwrap("spki", material.bytes, on.identifier) : material.bytes,
          given,
        );
  },

  async exportKey(format, key) {
    const on = curveOf(key.algorithm);
    if (format !== "jwk" && (format === "pkcs8") !== (key.type === "private"))
      throw failure("InvalidAccessError", `a ${key.type} key has no format ${format}`);
    const point = await exported("public", key.native);
    if (format === "raw") return point;
    if (format === "spki") return wrapPublic(on.identifier, point);
    const d = key.type === "private" ? await exported("private", key.native) : undefined;
    if (format === "jwk") return jwkOf(on, point, d);
    const inner = on.isMontgomery
      ? der(TAG.octetString, d!)
      : der(
          TAG.sequence,
          derInteger(Uint8Array.of(1)),
          der(TAG.octetString, d!),
          der(TAG.second, der(TAG.bitString, [0], point)),
        );
    return wrapPrivate(on.identifier, inner);
  },

  async generate(given) {
    const algorithm = algorithmOf(given);
    const usages = given.name === "ECDSA" ? ["sign", "verify"] : ["deriveBits"];
    const pair = await attempt("OperationError", "generateKey", () =>
      subtle.generateKey(algorithm, true, usages),
    );
    return bothHalves(pair, algorithm);
  },
};

function algorithmOf(given: Given): Bare["algorithm"] {
  const { name } = curveOf(given);
  return given.name === "X25519" ? { name } : { name: given.name, namedCurve: name };
}

function kty(on: Curve): string {
  return on.isMontgomery ? "OKP" : "EC";
}

async function imported(type: "public" | "private", bytes: Uint8Array, given: Given): Promise<Bare> {
  const on = curveOf(given);
  const isPoint = type === "public" && !on.isMontgomery;
  if (bytes.length !== (isPoint ? 1 + 2 * on.bytes : on.bytes) || (isPoint && bytes[0] !== UNCOMPRESSED))
    throw failure("DataError", `importKey: got ${bytes.length} bytes, expected a ${type} key of ${on.name}`);
  const algorithm = algorithmOf(given);
  const usages = given.name !== "ECDSA" ? ["deriveBits"] : type === "public" ? ["verify"] : ["sign"];
  const native = await attempt("DataError", "importKey", () =>
    subtle.importKey(type === "public" ? "spki" : "pkcs8", bytes, algorithm, true, usages),
  );
  return { native, type, algorithm };
}

async function exported(half: "public" | "private", native: NativeKey): Promise<Uint8Array> {
  const format = half === "public" ? "spki" : "pkcs8";
  return new Uint8Array(await attempt("OperationError", "exportKey", () => subtle.exportKey(format, native)));
}

function scalarOf(material: Material & { readonly bytes: Uint8Array }, on: Curve): Uint8Array {
  const inner = new DerReader(unwrap("pkcs8", material.bytes, on.identifier));
  if (on.isMontgomery) return inner.content(TAG.octetString);
  const key = inner.within(TAG.sequence);
  key.integer();
  return key.content(TAG.octetString);
}

function pointOf(jwk: JsonWebKey, on: Curve): Uint8Array {
  const coordinates = (on.isMontgomery ? ["x"] : ["x", "y"]).map((name) => member(jwk, name));
  if (coordinates.some(({ length }) => length !== on.bytes))
    throw failure("DataError", `a JWK: expected coordinates of ${on.bytes} bytes`);
  return joined(on.isMontgomery ? [] : [UNCOMPRESSED], ...coordinates);
}

function jwkOf(on: Curve, point: Uint8Array, d: Uint8Array | undefined): JsonWebKey {
  const jwk: JsonWebKey = { kty: kty(on), crv: on.name };
  if (on.isMontgomery) jwk.x = toBase64(point);
  else {
    jwk.x = toBase64(point.subarray(1, 1 + on.bytes));
    jwk.y = toBase64(point.subarray(1 + on.bytes));
  }
  if (d !== undefined) jwk.d = toBase64(d);
  return jwk;
}
