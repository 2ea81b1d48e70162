// der.ts: the little of ASN.1's distinguished encoding that keys are written in (X.690).
import { failure } from "../shared.js";

export const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  nothing: 0x05,
  identifier: 0x06,
  sequence: 0x30,
  second: 0xa1,
} as const;

export function joined(...pieces: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  return Uint8Array.from(pieces.flatMap((piece) => [...piece]));
}

/** One value: its tag, its length, its content. */
export function der(tag: number, ...content: readonly (readonly number[] | Uint8Array)[]): Uint8Array {
  const bytes = joined(...content);
  const { length } = bytes;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return joined([tag, ...size], bytes);
}

/** A number that is not negative, from its bytes. */
export function derInteger(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  return der(TAG.integer, short[0]! >= 0x80 ? [0] : [], short);
}

/** Reads one value after the other. Whatever is not as expected is no key. */
export class DerReader {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#rest = bytes;
  }

  get isOver(): boolean {
    return this.#rest.length === 0;
  }

  /** The content of the next value, which must have this tag. */
  content(tag: number): Uint8Array {
    const [got, first = 0x80] = this.#rest;
    const more = first < 0x80 ? 0 : first & 0x7f;
    let length = first;
    if (more > 0) {
      length = 0;
      for (const byte of this.#rest.subarray(2, 2 + more)) length = length * 256 + byte;
    }
    const from = 2 + more;
    if (got !== tag || first === 0x80 || more > 3 || from + length > this.#rest.length)
      throw failure("DataError", `a key in DER: expected a value with tag ${tag}`);
    const content = this.#rest.subarray(from, from + length);
    this.#rest = this.#rest.subarray(from + length);
    return content;
  }

  within(tag: number): DerReader {
    return new DerReader(this.content(tag));
  }

  /** A number's bytes, without the zero that keeps it from being negative. */
  integer(): Uint8Array {
    const bytes = this.content(TAG.integer);
    return bytes[0] === 0 && bytes.length > 1 ? bytes.subarray(1) : bytes;
  }
}

export function same(a: Uint8Array, b: readonly number[] | Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** SubjectPublicKeyInfo (RFC 5280) around a public key. */
export function wrapPublic(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  return der(TAG.sequence, algorithm, der(TAG.bitString, [0], key));
}

/** PrivateKeyInfo (RFC 5208) around a private key. */
export function wrapPrivate(algorithm: Uint8Array, key: Uint8Array): Uint8Array {
  return der(TAG.sequence, derInteger(Uint8Array.of(0)), algorithm, der(TAG.octetString, key));
}

/** The key inside either, when it is one for that algorithm. */
export function unwrap(format: "spki" | "pkcs8", bytes: Uint8Array, algorithm: Uint8Array): Uint8Array {
  const outer = new DerReader(bytes).within(TAG.sequence);
  if (format === "pkcs8") outer.integer();
  if (!same(der(TAG.sequence, outer.content(TAG.sequence)), algorithm))
    throw failure("DataError", "a key in DER: it is one for another algorithm");
  return format === "pkcs8" ? outer.content(TAG.octetString) : outer.content(TAG.bitString).subarray(1);
}
