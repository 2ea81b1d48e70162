// body.ts: what Request and Response have in common: a body that is read once. It becomes a stream only when somebody asks for one.
import { decode } from "./bytes.js";
import { type Content, type Extracted, gather, Incoming, type Source, type Stream } from "./content.js";
import type { Headers } from "./headers.js";
import { host } from "./host.js";
import { part } from "./parts.js";

type Whole = string | ArrayBuffer;

const USED = "the body was read already";

/** For the runtime: takes the body for good; undefined when there is none. */
export let takeBody: (body: Body) => Content | undefined;
/** For clone(): a second body with the same content. */
export let shareBody: (body: Body) => Extracted;
/** For new Request(request): the body changes hands. */
export let passBody: (body: Body) => Extracted;
/** Whether there is a body, read or not. */
export let hasBody: (body: Body) => boolean;

export abstract class Body {
  #content: Content | undefined;
  #stream: Stream | undefined;
  #used = false;

  abstract get headers(): Headers;

  static {
    takeBody = (body) => body.#take();
    shareBody = (body) => body.#share();
    hasBody = (body) => body.#content !== undefined || body.#stream !== undefined;
    passBody = (body) => {
      body.#refuseUsed();
      const passed = { content: body.#content, type: undefined };
      const stream = body.#stream;
      body.#used = passed.content !== undefined || stream !== undefined;
      body.#stream = undefined;
      return stream === undefined ? passed : { content: undefined, stream, type: undefined };
    };
  }

  constructor(body: Extracted | undefined) {
    this.#content = body?.content;
    this.#stream = body?.stream;
  }

  get bodyUsed(): boolean {
    return this.#used || (this.#stream !== undefined && part("streams").isDisturbed(this.#stream));
  }

  get body(): Stream | null {
    if (this.#stream === undefined) {
      if (this.#content === undefined) return null;
      const streams = part("streams");
      this.#stream = this.#used ? streams.spentStream() : streams.streamOf(this.#content);
    }
    return this.#stream;
  }

  async text(): Promise<string> {
    return asText(this.#here("text") ?? (await this.#gathered()));
  }

  async json(): Promise<unknown> {
    return JSON.parse(asText(this.#here("text") ?? (await this.#gathered())));
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return asBytes(this.#here("bytes") ?? (await this.#gathered()));
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(asBytes(this.#here("bytes") ?? (await this.#gathered())));
  }

  async blob(): Promise<object> {
    const bytes = asBytes(this.#here("bytes") ?? (await this.#gathered()));
    return part("blob").blobOf(bytes, this.headers.get("content-type") ?? "");
  }

  async formData(): Promise<object> {
    const type = this.headers.get("content-type") ?? "";
    return part("forms").decodeForm(asBytes(this.#here("bytes") ?? (await this.#gathered())), type);
  }

  /** The whole body if it takes no waiting; then it is taken. */
  #here(as: "text" | "bytes"): Whole | undefined {
    this.#refuseUsed();
    const content = this.#content;
    if (this.#stream !== undefined) return undefined;
    if (content === undefined) return "";
    if (typeof content === "string" || content instanceof ArrayBuffer) {
      this.#used = true;
      return content;
    }
    if (!(content instanceof Incoming) || !host.bodyIsHere()) return undefined;
    this.#used = true;
    return as === "text" ? host.bodyText() : host.bodyBytes();
  }

  #gathered(): Promise<ArrayBuffer> {
    return gather(this.#take() as Source);
  }

  #take(): Content | undefined {
    this.#refuseUsed();
    const content = this.#stream === undefined ? this.#content : part("streams").sourceOf(this.#stream);
    this.#used = content !== undefined;
    return content;
  }

  #refuseUsed(): void {
    if (this.bodyUsed) throw new TypeError(USED);
    if (this.#stream !== undefined && part("streams").isLocked(this.#stream))
      throw new TypeError("the body is being read: its stream is locked");
  }

  #share(): Extracted {
    this.#refuseUsed();
    if (this.#content instanceof Incoming && this.#stream === undefined && host.bodyIsHere())
      this.#content = host.bodyBytes();
    const content = this.#content;
    if (this.#stream === undefined) {
      if (content === undefined || typeof content === "string") return { content, type: undefined };
      // Who reads one of the two gets the bytes themselves.
      if (content instanceof ArrayBuffer) return { content: content.slice(), type: undefined };
    }
    const [one, other] = part("streams").tee(this.body!);
    this.#stream = one;
    return { content: undefined, stream: other, type: undefined };
  }
}

/** UTF-8 decode: the byte order mark is no part of the text. */
function asText(whole: Whole): string {
  const text =
    typeof whole === "string" ? whole : decode({ buffer: whole, offset: 0, length: whole.byteLength });
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}

function asBytes(whole: Whole): ArrayBuffer {
  return typeof whole === "string" ? host.encode(whole) : whole;
}
