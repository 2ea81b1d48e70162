// zlib.ts: what both directions have in common (the Compression standard, sections 5 and 6): formats, chunks, and one stream of zlib's.
import { Z_BUF_ERROR, Z_OK, Z_STREAM_END, type ZStream } from "pako";
import { bytesOf, part } from "../shared.js";

export type ReadableStream = InstanceType<ReturnType<typeof streams>["ReadableStream"]>;
export type WritableStream = InstanceType<ReturnType<typeof streams>["WritableStream"]>;
type TransformStream = InstanceType<ReturnType<typeof streams>["TransformStream"]>;

/** The standard's names as zlib has them: windows of 32 KiB in a wrapper. */
const WINDOW_BITS = { gzip: 31, deflate: 15, "deflate-raw": -15 };

/** Of a piece that comes out, at most. */
const PIECE_BYTES = 16 * 1024;

const streams = () => part("streams");
// Whoever has one of the two has streams.
streams();

/** @throws TypeError when there is no such format */
export function windowBitsOf(what: string, format: unknown): number {
  const name = `${format}`;
  if (Object.hasOwn(WINDOW_BITS, name)) return WINDOW_BITS[name as keyof typeof WINDOW_BITS];
  throw new TypeError(
    `new ${what}: got the format ${JSON.stringify(name)}, expected gzip, deflate or deflate-raw`,
  );
}

/** One direction of zlib's at work. */
export interface Work {
  /** Has what may be done done, as zlib's functions do it; a status. */
  step(stream: ZStream, isLast: boolean): number;
  /** @throws TypeError when that status, or the end, comes at the wrong time */
  check(status: number, stream: ZStream): void;
  /** @throws TypeError when more was expected */
  end(): void;
}

/** A stream that takes any BufferSource and gives what `work` makes of it. */
export function transformBy(what: string, stream: ZStream, work: Work): TransformStream {
  const output = new Uint8Array(PIECE_BYTES);
  stream.output = output;
  const run = (input: Uint8Array, isLast: boolean, enqueue: (piece: Uint8Array) => void) => {
    stream.input = input;
    stream.next_in = 0;
    stream.avail_in = input.length;
    do {
      stream.next_out = 0;
      stream.avail_out = PIECE_BYTES;
      const status = work.step(stream, isLast);
      if (stream.next_out > 0) enqueue(output.slice(0, stream.next_out));
      work.check(status, stream);
      if (status === Z_BUF_ERROR || status === Z_STREAM_END) return;
    } while (stream.avail_out === 0 || stream.avail_in > 0);
  };
  return new (streams().TransformStream)({
    transform(chunk, controller) {
      const bytes = bytesOf(chunk);
      if (bytes === undefined)
        throw new TypeError(`${what}: got a chunk of type ${typeof chunk}, expected a BufferSource`);
      const input = new Uint8Array(bytes.buffer, bytes.offset, bytes.length);
      if (input.length > 0) run(input, false, (piece) => controller.enqueue(piece));
    },
    flush(controller) {
      run(new Uint8Array(0), true, (piece) => controller.enqueue(piece));
      work.end();
    },
  });
}

/** @throws TypeError when zlib cannot go on; no room, or nothing to read, is no failure */
export function throwIfFailed(what: string, status: number, { msg }: ZStream): void {
  if (status === Z_OK || status === Z_STREAM_END || status === Z_BUF_ERROR) return;
  throw new TypeError(`${what}: the data are corrupt: ${msg || `zlib's status is ${status}`}`);
}
