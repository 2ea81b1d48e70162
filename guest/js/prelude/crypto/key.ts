// key.ts: CryptoKey (Web Crypto, section 13): a key of mbedTLS's, and what may be done with it.
import { failure, type NativeKey } from "../shared.js";
import type { Usage } from "./algorithm.js";

export interface KeyParts {
  readonly native: NativeKey;
  readonly type: "public" | "private" | "secret";
  readonly extractable: boolean;
  readonly algorithm: { readonly name: string } & Readonly<Record<string, unknown>>;
  readonly usages: readonly Usage[];
}

let making: KeyParts | undefined;

export class CryptoKey {
  readonly #parts: KeyParts;

  constructor() {
    if (making === undefined) throw new TypeError("Illegal constructor");
    this.#parts = making;
    making = undefined;
  }

  get type(): KeyParts["type"] {
    return this.#parts.type;
  }

  get extractable(): boolean {
    return this.#parts.extractable;
  }

  get algorithm(): KeyParts["algorithm"] {
    return this.#parts.algorithm;
  }

  get usages(): readonly Usage[] {
    return this.#parts.usages;
  }

  /** For SubtleCrypto. */
  static make(parts: KeyParts): CryptoKey {
    making = parts;
    return new CryptoKey();
  }

  /** For SubtleCrypto: the key, if it may be used that way. */
  static partsOf(key: CryptoKey, use?: { readonly name: string; readonly usage: Usage }): KeyParts {
    if (!(typeof key === "object" && key !== null && #parts in key))
      throw new TypeError("expected a CryptoKey");
    const parts = key.#parts;
    if (use !== undefined && parts.algorithm.name !== use.name)
      throw failure("InvalidAccessError", `the key is one for ${parts.algorithm.name}, not for ${use.name}`);
    if (use !== undefined && !parts.usages.includes(use.usage))
      throw failure("InvalidAccessError", `the key is not to be used to ${use.usage}`);
    return parts;
  }
}

// Only the runtime makes keys.
export const { make, partsOf } = CryptoKey;
for (const name of ["make", "partsOf"]) delete (CryptoKey as unknown as Record<string, unknown>)[name];
Object.defineProperty(CryptoKey.prototype, Symbol.toStringTag, { value: "CryptoKey", configurable: true });
