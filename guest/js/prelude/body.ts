// body.ts: what Request and Response have in common: a body that is read once.
import { bytesOf, copyOf, decode } from "./bytes.js";
import { host } from "./host.js";

export type BodyInit = string | ArrayBuffer | ArrayBufferView;

/** Where a body is: still with the monitor, which is asked when somebody reads it, or here. */
export type Source =
  | { readonly kind: "request" }
  | { readonly kind: "value"; readonly value: string | ArrayBuffer };

/** A body as the constructors take it. Bytes are copied: what is changed later stays out. */
export function held(body: BodyInit | null | undefined): Source | undefined {
  if (body === undefined || body === null) return undefined;
  const bytes = bytesOf(body);
  return { kind: "value", value: bytes === undefined ? String(body) : copyOf(bytes) };
}

export class Body {
  #source: Source | undefined;
  #used = false;

  constructor(source: Source | undefined) {
    this.#source = source;
  }

  get bodyUsed(): boolean {
    return this.#used;
  }

  async text(): Promise<string> {
    const source = this.#take();
    if (source === undefined) return "";
    if (source.kind === "request") return host.bodyText();
    if (typeof source.value === "string") return source.value;
    return decode({ buffer: source.value, offset: 0, length: source.value.byteLength });
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const source = this.#take();
    if (source === undefined) return new ArrayBuffer(0);
    if (source.kind === "request") return host.bodyBytes();
    return typeof source.value === "string" ? host.encode(source.value) : source.value;
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.arrayBuffer());
  }

  /** For the runtime and for copies: the body as it lies here. A request's is brought in. */
  static take(body: Body): string | ArrayBuffer | undefined {
    const source = body.#take();
    return source?.kind === "request" ? host.bodyBytes() : source?.value;
  }

  /** For clone(): two bodies of one. */
  static share(body: Body): Source | undefined {
    if (body.#used) throw new TypeError("clone: the body was read already");
    if (body.#source?.kind === "request") body.#source = { kind: "value", value: host.bodyBytes() };
    return body.#source;
  }

  /** For clone(): gives a new object its body. */
  static adopt(body: Body, source: Source | undefined): void {
    body.#source = source;
  }

  #take(): Source | undefined {
    if (this.#used) throw new TypeError("the body was read already");
    const source = this.#source;
    if (source !== undefined) this.#used = true;
    this.#source = undefined;
    return source;
  }
}
