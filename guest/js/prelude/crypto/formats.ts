// formats.ts: what each family of keys has to do: come in, go out, be made.
import type { NativeKey } from "../shared.js";
import type { Algorithm, AlgorithmKind, Usage } from "./algorithm.js";
import type { Expected, JsonWebKey } from "./jwk.js";
import { checkJwk } from "./jwk.js";
import type { KeyParts } from "./key.js";

export type KeyFormat = "raw" | "spki" | "pkcs8" | "jwk";

/** A key to be imported: its bytes, or its members. */
export type Material =
  | { readonly format: "raw" | "spki" | "pkcs8"; readonly bytes: Uint8Array }
  | { readonly format: "jwk"; readonly jwk: JsonWebKey };

export type Given = Algorithm & { readonly kind: AlgorithmKind };

/** A key without what may be done with it. */
export type Bare = Pick<KeyParts, "native" | "type" | "algorithm">;

export interface KeyFamily {
  /** `check` is to be called for a JWK, with what the family knows of it. */
  importKey(material: Material, algorithm: Given, check: (expected: JwkExpected) => void): Promise<Bare>;
  /** All members but those that any JWK has; or bytes. */
  exportKey(format: KeyFormat, key: Bare): Promise<Uint8Array | JsonWebKey>;
  generate(algorithm: Given): Promise<Bare | { readonly publicKey: Bare; readonly privateKey: Bare }>;
}

export type JwkExpected = Pick<Expected, "kty" | "alg" | "use">;

/** Makes `check`. */
export function checker(
  material: Material,
  usages: readonly Usage[],
  extractable: boolean,
): (expected: JwkExpected) => void {
  return (expected) => {
    if (material.format === "jwk") checkJwk(material.jwk, { ...expected, usages, extractable });
  };
}

/** Both halves of a pair that mbedTLS made. */
export function bothHalves(
  pair: unknown,
  algorithm: KeyParts["algorithm"],
): { readonly publicKey: Bare; readonly privateKey: Bare } {
  const { publicKey, privateKey } = pair as { publicKey: NativeKey; privateKey: NativeKey };
  return {
    publicKey: { native: publicKey, type: "public", algorithm },
    privateKey: { native: privateKey, type: "private", algorithm },
  };
}
