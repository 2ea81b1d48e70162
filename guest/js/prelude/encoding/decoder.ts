// decoder.ts: TextDecoder for UTF-8, UTF-16LE and windows-1252 (the Encoding standard, section 7.2).
import { type Bytes, bytesOf, host, webClass } from "../shared.js";
import { decodeLatin, decodeUtf16, heldBack } from "./bytes-to-text.js";
import { type EncodingName, encodingOf } from "./labels.js";

export interface TextDecoderOptions {
  fatal?: boolean;
  ignoreBOM?: boolean;
}

export class TextDecoder {
  readonly #encoding: EncodingName;
  readonly #fatal: boolean;
  readonly #ignoreBOM: boolean;
  /** The start of a character whose rest has not come. */
  #pending: Uint8Array = new Uint8Array(0);
  #started = false;
  #streaming = false;

  constructor(label = "utf-8", options: TextDecoderOptions = {}) {
    const encoding = encodingOf(`${label}`);
    if (encoding === undefined)
      throw new RangeError(
        `TextDecoder: got the encoding ${label}, expected utf-8, utf-16le or windows-1252`,
      );
    this.#encoding = encoding;
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  get encoding(): string {
    return this.#encoding;
  }

  get fatal(): boolean {
    return this.#fatal;
  }

  get ignoreBOM(): boolean {
    return this.#ignoreBOM;
  }

  decode(input?: ArrayBuffer | ArrayBufferView, options: { stream?: boolean } = {}): string {
    const more = Boolean(options?.stream);
    const given = input === undefined ? { buffer: new ArrayBuffer(0), offset: 0, length: 0 } : bytesOf(input);
    if (given === undefined)
      throw new TypeError("TextDecoder.decode: expected an ArrayBuffer or a view of one");
    if (!this.#streaming) {
      this.#pending = new Uint8Array(0);
      this.#started = false;
    }
    this.#streaming = more;
    const bytes = this.#pending.length === 0 ? given : this.#joined(given);
    const kept = more
      ? heldBack(this.#encoding, new Uint8Array(bytes.buffer, bytes.offset, bytes.length))
      : 0;
    const end = bytes.length - kept;
    this.#pending = new Uint8Array(bytes.buffer, bytes.offset + end, kept).slice();
    return this.#withoutMark(this.#text({ ...bytes, length: end }));
  }

  #joined({ buffer, offset, length }: Bytes): Bytes {
    const all = new Uint8Array(this.#pending.length + length);
    all.set(this.#pending);
    all.set(new Uint8Array(buffer, offset, length), this.#pending.length);
    return { buffer: all.buffer, offset: 0, length: all.length };
  }

  #text(bytes: Bytes): string {
    const { buffer, offset, length } = bytes;
    if (this.#encoding === "windows-1252") return decodeLatin(bytes);
    const isUtf8 = this.#encoding === "utf-8";
    const text = isUtf8 ? host.decode(buffer, offset, length) : decodeUtf16(bytes);
    if (
      this.#fatal &&
      !(isUtf8 ? host.isUtf8(buffer, offset, length) : text.isWellFormed() && length % 2 === 0)
    ) {
      this.#streaming = false;
      throw new TypeError(`TextDecoder.decode: the bytes are not ${this.#encoding}`);
    }
    return isUtf8 ? text : text.toWellFormed();
  }

  /** The byte order mark at the very start is no part of the text. */
  #withoutMark(text: string): string {
    if (this.#started || text === "" || this.#encoding === "windows-1252") return text;
    this.#started = true;
    return !this.#ignoreBOM && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }
}

declare global {
  interface String {
    isWellFormed(): boolean;
    toWellFormed(): string;
  }
}

webClass(TextDecoder, "TextDecoder");
