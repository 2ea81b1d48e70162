// part.ts: the compression part: CompressionStream and DecompressionStream over zlib, as pako has ported it.
export { CompressionStream } from "./compression-stream.js";
export { DecompressionStream } from "./decompression-stream.js";
