// algorithm.ts: the algorithms of Web Crypto that there are, and how a caller's word for one is understood (section 18.4).
import { failure } from "../shared.js";

export type Usage =
  | "encrypt"
  | "decrypt"
  | "sign"
  | "verify"
  | "deriveKey"
  | "deriveBits"
  | "wrapKey"
  | "unwrapKey";

/** What a caller names an algorithm by: its name, or an object with that and parameters. */
export type AlgorithmIdentifier = string | { readonly name: string };

export interface Algorithm {
  readonly name: string;
  readonly [parameter: string]: unknown;
}

/** How keys look: they share formats. */
export type Family = "hmac" | "aes" | "password" | "ec" | "rsa";

export interface AlgorithmKind {
  readonly family: Family;
  /** What a secret or private key may be used for, and a public one. */
  readonly usages: readonly Usage[];
  readonly publicUsages?: readonly Usage[];
}

const CIPHER: readonly Usage[] = ["encrypt", "decrypt", "wrapKey", "unwrapKey"];
const DERIVE: readonly Usage[] = ["deriveKey", "deriveBits"];

const KINDS: Record<string, AlgorithmKind> = {
  HMAC: { family: "hmac", usages: ["sign", "verify"] },
  "AES-GCM": { family: "aes", usages: CIPHER },
  "AES-CBC": { family: "aes", usages: CIPHER },
  "AES-CTR": { family: "aes", usages: CIPHER },
  "AES-KW": { family: "aes", usages: ["wrapKey", "unwrapKey"] },
  PBKDF2: { family: "password", usages: DERIVE },
  HKDF: { family: "password", usages: DERIVE },
  ECDSA: { family: "ec", usages: ["sign"], publicUsages: ["verify"] },
  ECDH: { family: "ec", usages: DERIVE, publicUsages: [] },
  X25519: { family: "ec", usages: DERIVE, publicUsages: [] },
  "RSASSA-PKCS1-v1_5": { family: "rsa", usages: ["sign"], publicUsages: ["verify"] },
  "RSA-PSS": { family: "rsa", usages: ["sign"], publicUsages: ["verify"] },
  "RSA-OAEP": {
    family: "rsa",
    usages: ["decrypt", "unwrapKey"],
    publicUsages: ["encrypt", "wrapKey"],
  },
};

/** Bytes of each digest, and of a block of the function that makes it. */
const DIGESTS: Record<string, { readonly bytes: number; readonly block: number }> = {
  "SHA-1": { bytes: 20, block: 64 },
  "SHA-256": { bytes: 32, block: 64 },
  "SHA-384": { bytes: 48, block: 128 },
  "SHA-512": { bytes: 64, block: 128 },
};

/** The algorithm, its name spelled as the standard does; its parameters are read where they are needed. */
export function algorithmOf(given: unknown): Algorithm & { readonly kind: AlgorithmKind } {
  const name = spelled(nameOf(given), KINDS);
  return derived(typeof given === "object" ? given : null, { name, kind: KINDS[name]! });
}

/** An object that has what another has, but for some values. */
export function derived<T extends object>(from: object | null, values: Record<string, unknown>): T {
  const properties = Object.entries(values).map(([name, value]) => [name, { value, enumerable: true }]);
  return Object.create(from, Object.fromEntries(properties) as PropertyDescriptorMap) as T;
}

export function digestOf(given: unknown): string {
  return spelled(nameOf(given), DIGESTS);
}

export function digestBytes(name: string): { readonly bytes: number; readonly block: number } {
  return DIGESTS[name]!;
}

/** Those of `given` that are allowed, in the standard's order. */
export function usagesOf(given: readonly Usage[], allowed: readonly Usage[], what: string): Usage[] {
  const wanted = [...given];
  const refused = wanted.find((usage) => !allowed.includes(usage));
  if (refused !== undefined)
    throw failure("SyntaxError", `${what}: a key of it cannot be used to ${refused}`);
  return allowed.filter((usage) => wanted.includes(usage));
}

function nameOf(given: unknown): string {
  if (typeof given !== "object" || given === null) return `${given as string}`;
  const { name } = given as { readonly name: unknown };
  if (name === undefined) throw new TypeError("an algorithm: got no name");
  return `${name as string}`;
}

function spelled(name: string, table: object): string {
  const upper = name.toUpperCase();
  const known = Object.keys(table).find((key) => key.toUpperCase() === upper);
  if (known === undefined) throw failure("NotSupportedError", `the algorithm ${name} is not supported`);
  return known;
}
