// blob.ts: Blob (the File API, section 3). Its bytes lie in memory: to read them takes no waiting and no stream.
import { bytesOf, decode, host, join, part, webClass } from "../shared.js";

export interface BlobOptions {
  type?: string;
  endings?: "transparent" | "native";
}

/** The bytes themselves: who gives them away copies them. */
export let blobBytes: (blob: Blob) => ArrayBuffer;
export let blobOf: (bytes: ArrayBuffer, type: string) => Blob;

export class Blob {
  #bytes: ArrayBuffer;
  #type: string;

  static {
    blobBytes = (blob) => blob.#bytes;
    blobOf = (bytes, type) => {
      const blob = new Blob([], { type });
      blob.#bytes = bytes;
      return blob;
    };
  }

  constructor(parts: Iterable<unknown> = [], options: BlobOptions = {}) {
    if ((typeof parts !== "object" && typeof parts !== "function") || !(Symbol.iterator in parts))
      throw new TypeError("new Blob: expected a sequence of parts");
    const { type = "", endings = "transparent" } = options ?? {};
    if (endings !== "transparent" && endings !== "native")
      throw new TypeError(`new Blob: got endings ${endings}, expected transparent or native`);
    const text = (value: unknown) =>
      endings === "native" ? `${value}`.replace(/\r\n?|\n/g, "\n") : `${value}`;
    const pieces = Array.from(parts, (piece) => {
      if (piece instanceof Blob) return piece.#bytes;
      const bytes = bytesOf(piece);
      return bytes === undefined
        ? host.encode(text(piece))
        : bytes.buffer.slice(bytes.offset, bytes.offset + bytes.length);
    });
    this.#bytes = pieces.length === 0 ? new ArrayBuffer(0) : join(pieces);
    this.#type = normalType(`${type}`);
  }

  get size(): number {
    return this.#bytes.byteLength;
  }

  get type(): string {
    return this.#type;
  }

  slice(start?: number, end?: number, type = ""): Blob {
    return blobOf(this.#bytes.slice(start ?? 0, end ?? this.size), `${type}`);
  }

  async text(): Promise<string> {
    const text = decode({ buffer: this.#bytes, offset: 0, length: this.size });
    return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return this.#bytes.slice();
  }

  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(this.#bytes.slice());
  }

  stream(): object {
    return part("streams").streamOf(this.#bytes.slice());
  }
}

/** A type outside of printable ASCII is none. */
function normalType(type: string): string {
  return /^[\x20-\x7e]*$/.test(type) ? type.toLowerCase() : "";
}

webClass(Blob, "Blob");
