// web-fields.ts: which accessors of the web's classes a person wants to see. Pure data.
import type { PartName } from "../parts.js";

export interface Shown {
  readonly part: PartName;
  /** The class's name. */
  readonly of: string;
  readonly fields: readonly string[];
}

const BOTH_SIDES = ["readable", "writable"];

/** A class comes before those that it extends. */
export const FIELDS: readonly Shown[] = [
  { part: "streams", of: "ReadableStream", fields: ["locked"] },
  { part: "streams", of: "WritableStream", fields: ["locked"] },
  { part: "streams", of: "TransformStream", fields: BOTH_SIDES },
  { part: "streams", of: "TextEncoderStream", fields: BOTH_SIDES },
  { part: "streams", of: "TextDecoderStream", fields: ["encoding", ...BOTH_SIDES] },
  { part: "streams", of: "ReadableStreamDefaultReader", fields: [] },
  { part: "streams", of: "ReadableStreamBYOBReader", fields: [] },
  { part: "streams", of: "ReadableStreamBYOBRequest", fields: ["view"] },
  { part: "streams", of: "WritableStreamDefaultWriter", fields: [] },
  { part: "streams", of: "ReadableStreamDefaultController", fields: ["desiredSize"] },
  { part: "streams", of: "ReadableByteStreamController", fields: ["desiredSize"] },
  { part: "streams", of: "WritableStreamDefaultController", fields: ["signal"] },
  { part: "streams", of: "TransformStreamDefaultController", fields: ["desiredSize"] },
  { part: "streams", of: "ByteLengthQueuingStrategy", fields: ["highWaterMark"] },
  { part: "streams", of: "CountQueuingStrategy", fields: ["highWaterMark"] },
  { part: "compression", of: "CompressionStream", fields: BOTH_SIDES },
  { part: "compression", of: "DecompressionStream", fields: BOTH_SIDES },
  { part: "events", of: "CustomEvent", fields: ["type", "detail"] },
  { part: "events", of: "ErrorEvent", fields: ["type", "message", "error"] },
  { part: "events", of: "Event", fields: ["type", "cancelable", "defaultPrevented"] },
  { part: "events", of: "AbortSignal", fields: ["aborted", "reason"] },
  { part: "events", of: "AbortController", fields: ["signal"] },
  { part: "blob", of: "File", fields: ["name", "size", "type"] },
  { part: "blob", of: "Blob", fields: ["size", "type"] },
  { part: "crypto", of: "CryptoKey", fields: ["type", "extractable", "algorithm", "usages"] },
  { part: "encoding", of: "TextDecoder", fields: ["encoding", "fatal", "ignoreBOM"] },
  {
    part: "patterns",
    of: "URLPattern",
    fields: ["protocol", "username", "password", "hostname", "port", "pathname", "search", "hash"],
  },
];
