// crypto.ts: Crypto (Web Crypto, section 10). Random values come from the request's entropy, so that no two requests share any.
import { bytesOf } from "./bytes.js";
import { webClass } from "./define.js";
import { failure } from "./failure.js";
import { host } from "./host.js";
import { DOMException } from "./native.js";
import { part } from "./parts.js";

const MOST_BYTES = 65536;

const INTEGERS = /^(?:Big)?(?:Int|Uint)\d+(?:Clamped)?Array$/;

type SubtleCrypto = import("./crypto/part.js").SubtleCrypto;

export class Crypto {
  #subtle: SubtleCrypto | undefined;

  get subtle(): SubtleCrypto {
    this.#subtle ??= new (part("crypto").SubtleCrypto)();
    return this.#subtle;
  }

  getRandomValues<T extends ArrayBufferView>(view: T): T {
    const bytes = ArrayBuffer.isView(view) ? bytesOf(view) : undefined;
    if (
      bytes === undefined ||
      !INTEGERS.test((view as T & { [Symbol.toStringTag]: string })[Symbol.toStringTag])
    )
      throw new DOMException("crypto.getRandomValues: expected an array of integers", "TypeMismatchError");
    if (bytes.length > MOST_BYTES)
      throw failure(
        "QuotaExceededError",
        `crypto.getRandomValues: got ${bytes.length} bytes, expected at most ${MOST_BYTES}`,
      );
    host.fillRandom(bytes.buffer, bytes.offset, bytes.length);
    return view;
  }

  /** RFC 9562, section 5.4. */
  randomUUID(): string {
    const bytes = this.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

webClass(Crypto, "Crypto");

export const crypto = new Crypto();
