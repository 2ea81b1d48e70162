// application.ts: the application's segment: bytecode of prelude and program behind a header (guest/js/application.c reads it). Bytes only.
import { bytes, roundUp, struct, u32 } from "../../abi/struct.js";

const MAGIC = "MAYFLYJS";

/** Both bytecodes follow, each padded to a multiple of 4. */
export const ApplicationHeader = struct(
  "application",
  {
    magic: bytes(8),
    checksum: u32 /* of everything that follows this word */,
    prelude_len: u32 /* bytes */,
    program_len: u32 /* bytes */,
  },
  { size: 20 },
);

/** Packs an application. */
export function packApplication(prelude: Uint8Array, program: Uint8Array): Buffer {
  const programAt = ApplicationHeader.size + roundUp(prelude.length, 4);
  const segment = Buffer.alloc(programAt + roundUp(program.length, 4));
  segment.set(prelude, ApplicationHeader.size);
  segment.set(program, programAt);
  const header = { magic: Buffer.from(MAGIC), prelude_len: prelude.length, program_len: program.length };
  ApplicationHeader.write(segment, header);
  ApplicationHeader.write(segment, { ...header, checksum: checksum(segment) });
  return segment;
}

/** FNV-1a over words of 32 bits. */
function checksum(segment: Buffer): number {
  let hash = 0x811c9dc5;
  for (let at = ApplicationHeader.offset.prelude_len; at < segment.length; at += 4)
    hash = Math.imul(hash ^ segment.readUInt32LE(at), 0x01000193);
  return hash >>> 0;
}
