// jwk.ts: JSON Web Keys (RFC 7517): their members as bytes, and what they say about their use.
import { failure } from "../shared.js";
import type { Usage } from "./algorithm.js";

export interface JsonWebKey {
  kty?: string;
  use?: string;
  key_ops?: string[];
  alg?: string;
  ext?: boolean;
  crv?: string;
  [member: string]: unknown;
}

interface Base64 {
  fromBase64(text: string, options: object): Uint8Array;
}

const URL_SAFE = { alphabet: "base64url", omitPadding: true } as const;

export function toBase64(bytes: Uint8Array): string {
  return (bytes as unknown as { toBase64(options: object): string }).toBase64(URL_SAFE);
}

/** A member's bytes. */
export function member(key: JsonWebKey, name: string): Uint8Array {
  const text = key[name];
  try {
    if (typeof text === "string" && !text.includes("="))
      return (Uint8Array as unknown as Base64).fromBase64(text, URL_SAFE);
  } catch {
    // Said below.
  }
  throw failure("DataError", `a JWK: expected "${name}" in base64url`);
}

export interface Expected {
  readonly kty: string;
  readonly alg?: string | undefined;
  /** What `use` says of such a key. */
  readonly use: string;
  readonly usages: readonly Usage[];
  readonly extractable: boolean;
}

/** Refuses a key that says it is something else, or for something else. */
export function checkJwk(key: JsonWebKey, { kty, alg, use, usages, extractable }: Expected): void {
  const refuse = (name: string, expected: string): never => {
    throw failure("DataError", `a JWK: got ${name} ${JSON.stringify(key[name])}, expected ${expected}`);
  };
  if (key.kty !== kty) refuse("kty", kty);
  if (alg !== undefined && key.alg !== undefined && key.alg !== alg) refuse("alg", alg);
  if (usages.length > 0 && key.use !== undefined && key.use !== use) refuse("use", use);
  if (key.key_ops !== undefined && usages.some((usage) => !key.key_ops!.includes(usage)))
    refuse("key_ops", usages.join(" and "));
  if (key.ext === false && extractable) refuse("ext", "true");
}
