// compression-stream.ts: CompressionStream (the Compression standard, section 5).
import { Z_DEFAULT_STRATEGY, Z_FINISH, Z_NO_FLUSH, ZStream, zlibDeflate, zlibDeflateInit2 } from "pako";
import { webClass } from "../shared.js";
import {
  type ReadableStream,
  throwIfFailed,
  transformBy,
  type WritableStream,
  windowBitsOf,
} from "./zlib.js";

/** zlib's own is 6, which takes this engine twice the time for some hundredths less. */
const LEVEL = 3;
const METHOD_DEFLATE = 8;
/** zlib's own is 8. Each stream clears a table of 2^(this + 7) entries, in JavaScript, and so in a millisecond or more. */
const MEMORY_LEVEL = 6;
/** The other hash has a table of 2^15 entries at least. */
const LEGACY_HASH = true;

function begun(windowBits: number): ZStream {
  const stream = new ZStream();
  const status = zlibDeflateInit2(
    stream,
    LEVEL,
    METHOD_DEFLATE,
    windowBits,
    MEMORY_LEVEL,
    Z_DEFAULT_STRATEGY,
    LEGACY_HASH,
  );
  throwIfFailed("CompressionStream", status, stream);
  return stream;
}

export class CompressionStream {
  readonly #transform;

  constructor(format: string) {
    const stream = begun(windowBitsOf("CompressionStream", format));
    this.#transform = transformBy("CompressionStream", stream, {
      step: (state, isLast) => zlibDeflate(state, isLast ? Z_FINISH : Z_NO_FLUSH),
      check: (status, state) => throwIfFailed("CompressionStream", status, state),
      end: () => {},
    });
  }

  get readable(): ReadableStream {
    return this.#transform.readable;
  }

  get writable(): WritableStream {
    return this.#transform.writable;
  }
}

webClass(CompressionStream, "CompressionStream");
// The first one makes tables for all that follow: here, so that requests find them.
begun(windowBitsOf("CompressionStream", "gzip"));
