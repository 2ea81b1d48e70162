// application.ts: the application's segment, behind the JavaScript engine's memory, as guest/js/application.h has it. Layout only.
import { bytes, struct, u32 } from "./struct.js";

/** The segment's first bytes. */
export const APPLICATION_MAGIC = "MAYFLYJS";

/** The bytecode of prelude and program follows, each padded to a multiple of 4. */
export const ApplicationHeader = struct(
  "application",
  {
    magic: bytes(8),
    checksum: u32 /* FNV-1a over the words that follow this one */,
    prelude_len: u32 /* bytes */,
    program_len: u32 /* bytes */,
    engine: bytes(28) /* name and version of the engine that reads the bytecode, padded with zeros */,
    source_map: bytes(16) /* of the SHA-256 of the source map beside the image */,
  },
  { size: 64 },
);
