// encoder.ts: TextEncoder (the Encoding standard, section 7.4).
import { host, webClass } from "../shared.js";

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(text = ""): Uint8Array {
    return new Uint8Array(host.encode(`${text}`));
  }

  /** Whole characters, as many as fit. */
  encodeInto(text: string, target: Uint8Array): { read: number; written: number } {
    if (!(target instanceof Uint8Array)) throw new TypeError("encodeInto: expected a Uint8Array");
    const source = `${text}`;
    // A unit takes at least one byte: what lies behind cannot fit, and neither does half a pair at the cut.
    const bytes = new Uint8Array(host.encode(source.slice(0, target.length)));
    let written = Math.min(bytes.length, target.length);
    if (written < bytes.length) while (written > 0 && (bytes[written]! & 0xc0) === 0x80) written -= 1;
    target.set(bytes.subarray(0, written));
    return { read: unitsOf(bytes, written), written };
  }
}

/** UTF-16 units of the characters in the first bytes. A lone surrogate's three bytes are one unit, too. */
function unitsOf(bytes: Uint8Array, length: number): number {
  return host.decode(bytes.buffer as ArrayBuffer, 0, length).length;
}

webClass(TextEncoder, "TextEncoder");
