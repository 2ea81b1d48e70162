// encoding.ts: TextEncoder and TextDecoder for UTF-8 (the Encoding standard).
import { bytesOf, copyOf, decode } from "./bytes.js";
import { host } from "./host.js";

export class TextEncoder {
  get encoding(): string {
    return "utf-8";
  }

  encode(text = ""): Uint8Array {
    return new Uint8Array(host.encode(String(text)));
  }
}

const UTF8_LABELS = /^\s*(?:utf-?8|unicode-1-1-utf-8|unicode11utf8|unicode20utf8|x-unicode20utf8)\s*$/i;

export class TextDecoder {
  constructor(label = "utf-8") {
    if (!UTF8_LABELS.test(label))
      throw new RangeError(`TextDecoder: got the encoding ${label}, expected utf-8`);
  }

  get encoding(): string {
    return "utf-8";
  }

  decode(input?: ArrayBuffer | ArrayBufferView): string {
    if (input === undefined) return "";
    const bytes = bytesOf(input);
    if (bytes === undefined)
      throw new TypeError("TextDecoder.decode: expected an ArrayBuffer or a view of one");
    const text = decode({ buffer: copyOf(bytes), offset: 0, length: bytes.length });
    return text.startsWith("\ufeff") ? text.slice(1) : text;
  }
}
