// decode.ts: takes content codings off a response's body, piece by piece: nothing is unpacked before it is read.
import { pipeline, Readable, type Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from "node:zlib";
import type { Header } from "./request-head.js";

/** A window of a decoder is up to 16 MiB; servers use one. */
const MOST_CODINGS = 2;
/** A body that ends early gives what it had, as browsers do. */
const ZLIB = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const BROTLI = { flush: constants.BROTLI_OPERATION_FLUSH, finishFlush: constants.BROTLI_OPERATION_FLUSH };
const KNOWN = new Set(["gzip", "x-gzip", "deflate", "br"]);
const NO_BODY = new Set([204, 205, 304]);

/** Codings to take off, the outermost first; none when one is unknown, for then the body stays as it is. */
export function codingsOf(method: string, status: number, headers: readonly Header[]): string[] {
  if (method === "HEAD" || NO_BODY.has(status)) return [];
  const codings = headers
    .filter(([name]) => name === "content-encoding")
    .flatMap(([, value]) => value.toLowerCase().split(","))
    .map((coding) => coding.trim())
    .filter((coding) => coding !== "" && coding !== "identity");
  const decodable = codings.length <= MOST_CODINGS && codings.every((coding) => KNOWN.has(coding));
  return decodable ? codings.reverse() : [];
}

/**
 * The body without its codings.
 *
 * @param count told of each piece before it is decoded; may throw
 */
export function decode(
  raw: AsyncIterable<Uint8Array>,
  codings: readonly string[],
  count: (bytes: number) => void,
): AsyncIterator<Uint8Array> {
  const body = codings.reduce(
    (inner, coding) => (coding === "deflate" ? inflated(inner) : decoder(inner, coding)),
    counted(raw, count),
  );
  return body[Symbol.asyncIterator]();
}

async function* counted(
  raw: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const piece of raw) {
    count(piece.length);
    yield piece;
  }
}

function decoder(body: AsyncIterable<Uint8Array>, coding: string): AsyncIterable<Uint8Array> {
  return through(body, coding === "br" ? createBrotliDecompress(BROTLI) : createGunzip(ZLIB));
}

function through(body: AsyncIterable<Uint8Array>, transform: Transform): AsyncIterable<Uint8Array> {
  // Whoever reads the transform is told its errors.
  return pipeline(Readable.from(body), transform, () => undefined);
}

/** "deflate" means zlib's format, and there are servers that send it without zlib's header. */
async function* inflated(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const pieces = body[Symbol.asyncIterator]();
  const first = await pieces.next();
  if (first.done === true) return;
  const withHeader = (first.value[0]! & 0x0f) === 0x08;
  async function* all(): AsyncGenerator<Uint8Array, void, void> {
    yield first.value;
    yield* { [Symbol.asyncIterator]: () => pieces };
  }
  yield* through(all(), withHeader ? createInflate(ZLIB) : createInflateRaw(ZLIB));
}
