// content.ts: what a body is made of: text or bytes that are here, or a source of pieces.
import { bytesOf, copyOf, join } from "./bytes.js";
import { host } from "./host.js";
import { partIfLoaded } from "./parts.js";
import { BODY, ready } from "./waits.js";

/** Bytes that come piece by piece. */
export interface Source {
  /** The next piece; undefined at the end. */
  read(): Promise<ArrayBuffer | undefined>;
  /** Nobody wants the rest. */
  cancel(reason?: unknown): void | Promise<void>;
}

export type Content = string | ArrayBuffer | Source;

/** A stream as the streams part makes it. */
export type Stream = object;

/** The body of the request that the monitor brought. */
export class Incoming implements Source {
  async read(): Promise<ArrayBuffer | undefined> {
    for (;;) {
      const piece = host.readBody();
      if (piece !== false) return piece;
      await ready(BODY);
    }
  }

  cancel(): void {
    // The monitor drops what nobody reads when the exchange ends.
  }
}

/** A source's whole. */
export async function gather(source: Source): Promise<ArrayBuffer> {
  const pieces: ArrayBuffer[] = [];
  for (let piece = await source.read(); piece !== undefined; piece = await source.read()) pieces.push(piece);
  return join(pieces);
}

export interface Extracted {
  readonly content: Content | undefined;
  readonly stream?: Stream;
  /** What the header content-type says unless it is set. */
  readonly type: string | undefined;
}

/** A body as the constructors take it (Fetch, "extract a body"). Bytes are copied: what is changed later stays out. */
export function extract(body: unknown): Extracted {
  if (typeof body === "string") return { content: wellFormed(body), type: "text/plain;charset=UTF-8" };
  const bytes = bytesOf(body);
  if (bytes !== undefined) return { content: copyOf(bytes), type: undefined };
  return extractObject(body) ?? { content: wellFormed(String(body)), type: "text/plain;charset=UTF-8" };
}

function extractObject(body: unknown): Extracted | undefined {
  const streams = partIfLoaded("streams");
  if (streams !== undefined && body instanceof streams.ReadableStream) {
    if (body.locked || streams.isDisturbed(body))
      throw new TypeError("the body: got a stream that is locked or was read, expected one that is not");
    return { content: undefined, stream: body, type: undefined };
  }
  const blob = partIfLoaded("blob");
  if (blob !== undefined && body instanceof blob.Blob)
    return { content: blob.blobBytes(body), type: body.type || undefined };
  const forms = partIfLoaded("forms");
  if (forms !== undefined && body instanceof forms.FormData) return forms.encodeForm(body);
  const url = partIfLoaded("url");
  if (url !== undefined && body instanceof url.URLSearchParams)
    return { content: String(body), type: "application/x-www-form-urlencoded;charset=UTF-8" };
  return undefined;
}

/** A lone surrogate has no UTF-8. */
function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed();
}
