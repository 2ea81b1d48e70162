// application.ts: what `mayfly build` put into a function's image behind the runtime: bytecode, and what it belongs to. No I/O.
import { createHash } from "node:crypto";
import { APPLICATION_MAGIC, ApplicationHeader } from "../abi/application.js";
import { roundUp } from "../abi/struct.js";
import type { Image } from "./image.js";
import { hex, type ImageFile, invalid, printable } from "./image-file.js";

/** The application of a function's image. */
export interface Application {
  /** The engine that reads the bytecode: "quickjs-ng 0.17.0". */
  readonly engine: string;
  /** Bytecode of Mayfly's own part: the web's API. A view of the file. */
  readonly prelude: Uint8Array;
  /** Bytecode of the handler and all that it imports. A view of the file. */
  readonly program: Uint8Array;
  /** `hashOfSourceMap` of the source map that belongs to the program. */
  readonly sourceMapHash: Uint8Array;
}

/**
 * The application of an image; undefined when the image is no function.
 *
 * @throws {MayflyError} IMAGE_INVALID when it is one and is damaged
 */
export function readApplication(image: Image): Application | undefined {
  const segment = image.segments.at(-1)!;
  const bytes = segment.fileBytes;
  const magic = Buffer.from(bytes.subarray(0, APPLICATION_MAGIC.length)).toString("latin1");
  if (segment.permissions !== "r" || magic !== APPLICATION_MAGIC) return undefined;
  const file: ImageFile = { name: image.name, bytes };
  if (bytes.length < ApplicationHeader.size)
    throw invalid(file, "application", `${bytes.length} bytes`, `at least ${ApplicationHeader.size}`);
  const { prelude_len, program_len, checksum, engine, source_map } = ApplicationHeader.read(bytes);
  const programAt = ApplicationHeader.size + roundUp(prelude_len, 4);
  const end = programAt + roundUp(program_len, 4);
  if (end !== bytes.length) {
    const got = `${prelude_len} and ${program_len} bytes of bytecode`;
    throw invalid(file, "application", got, `what fills the segment's ${bytes.length} bytes`);
  }
  const actual = checksumOf(bytes);
  if (actual !== checksum) throw invalid(file, "application checksum", hex(actual), hex(checksum), CORRUPT);
  return {
    engine: printable(Buffer.from(engine).toString("latin1").replace(/\0+$/, "")),
    prelude: bytes.subarray(ApplicationHeader.size, ApplicationHeader.size + prelude_len),
    program: bytes.subarray(programAt, programAt + program_len),
    sourceMapHash: source_map,
  };
}

const CORRUPT = "The file was damaged after it was built: build it again.";

/** FNV-1a over words of 32 bits, from behind the checksum to the end. */
export function checksumOf(segment: Uint8Array): number {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  let hash = 0x811c9dc5;
  for (let at = ApplicationHeader.offset.prelude_len; at < segment.length; at += 4)
    hash = Math.imul(hash ^ view.getUint32(at, true), 0x01000193);
  return hash >>> 0;
}

/** What an image knows its source map by: a map of another build would name wrong lines. */
export function hashOfSourceMap(json: string): Uint8Array {
  const { size } = ApplicationHeader.fields.source_map;
  return createHash("sha256").update(json).digest().subarray(0, size);
}
