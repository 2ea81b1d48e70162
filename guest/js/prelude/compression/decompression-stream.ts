// decompression-stream.ts: DecompressionStream (the Compression standard, section 6). Checksums and lengths count; so does what stands behind the end.
import { Z_NO_FLUSH, Z_STREAM_END, ZStream, zlibInflate, zlibInflateInit2 } from "pako";
import { webClass } from "../shared.js";
import {
  type ReadableStream,
  throwIfFailed,
  transformBy,
  type WritableStream,
  windowBitsOf,
} from "./zlib.js";

export class DecompressionStream {
  readonly #transform;

  constructor(format: string) {
    const windowBits = windowBitsOf("DecompressionStream", format);
    const stream = new ZStream();
    throwIfFailed("DecompressionStream", zlibInflateInit2(stream, windowBits), stream);
    let isOver = false;
    this.#transform = transformBy("DecompressionStream", stream, {
      step: (state) => (isOver ? Z_STREAM_END : zlibInflate(state, Z_NO_FLUSH)),
      check: (status, state) => {
        throwIfFailed("DecompressionStream", status, state);
        isOver ||= status === Z_STREAM_END;
        if (isOver && state.avail_in > 0)
          throw new TypeError("DecompressionStream: got data behind the end of the compressed ones");
      },
      end: () => {
        if (!isOver) throw new TypeError("DecompressionStream: the compressed data end too early");
      },
    });
  }

  get readable(): ReadableStream {
    return this.#transform.readable;
  }

  get writable(): WritableStream {
    return this.#transform.writable;
  }
}

webClass(DecompressionStream, "DecompressionStream");
