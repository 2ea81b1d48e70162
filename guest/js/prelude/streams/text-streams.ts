// text-streams.ts: TextEncoderStream and TextDecoderStream (the Encoding standard, sections 7.5 and 7.6).
import { type ReadableStream, TransformStream, type WritableStream } from "web-streams-polyfill";
import { host, part, webClass } from "../shared.js";

type DecoderOptions = { fatal?: boolean; ignoreBOM?: boolean };

export class TextEncoderStream {
  readonly #transform: TransformStream<string, Uint8Array>;

  constructor() {
    /** The first half of a pair whose second may come with the next piece. */
    let half = "";
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = `${half}${chunk}`;
        const last = text.charCodeAt(text.length - 1);
        half = last >= 0xd800 && last < 0xdc00 ? text.slice(-1) : "";
        const whole = half === "" ? text : text.slice(0, -1);
        if (whole !== "") controller.enqueue(new Uint8Array(host.encode(whole)));
      },
      flush(controller) {
        if (half !== "") controller.enqueue(new Uint8Array(host.encode(half)));
      },
    });
  }

  get encoding(): string {
    return "utf-8";
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#transform.readable;
  }

  get writable(): WritableStream<string> {
    return this.#transform.writable;
  }
}

export class TextDecoderStream {
  readonly #decoder;
  readonly #transform: TransformStream<ArrayBuffer | ArrayBufferView, string>;

  constructor(label?: string, options?: DecoderOptions) {
    const { TextDecoder } = part("encoding");
    const decoder = new TextDecoder(label, options);
    this.#decoder = decoder;
    this.#transform = new TransformStream({
      transform(chunk, controller) {
        const text = decoder.decode(chunk, { stream: true });
        if (text !== "") controller.enqueue(text);
      },
      flush(controller) {
        const text = decoder.decode();
        if (text !== "") controller.enqueue(text);
      },
    });
  }

  get encoding(): string {
    return this.#decoder.encoding;
  }

  get fatal(): boolean {
    return this.#decoder.fatal;
  }

  get ignoreBOM(): boolean {
    return this.#decoder.ignoreBOM;
  }

  get readable(): ReadableStream<string> {
    return this.#transform.readable;
  }

  get writable(): WritableStream<ArrayBuffer | ArrayBufferView> {
    return this.#transform.writable;
  }
}

webClass(TextEncoderStream, "TextEncoderStream");
webClass(TextDecoderStream, "TextDecoderStream");
