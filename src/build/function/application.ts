// application.ts: packs the application's segment: a header and the bytecode of prelude and program. Bytes only.
import { APPLICATION_MAGIC, ApplicationHeader } from "../../abi/application.js";
import { roundUp } from "../../abi/struct.js";
import { type Application, checksumOf } from "../../image/application.js";

/** Packs an application. */
export function packApplication({ engine, prelude, program, sourceMapHash }: Application): Buffer {
  const programAt = ApplicationHeader.size + roundUp(prelude.length, 4);
  const segment = Buffer.alloc(programAt + roundUp(program.length, 4));
  segment.set(prelude, ApplicationHeader.size);
  segment.set(program, programAt);
  const { size } = ApplicationHeader.fields.engine;
  ApplicationHeader.write(segment, {
    magic: Buffer.from(APPLICATION_MAGIC),
    prelude_len: prelude.length,
    program_len: program.length,
    engine: Buffer.from(engine.padEnd(size, "\0")).subarray(0, size),
    source_map: sourceMapHash,
  });
  ApplicationHeader.write(segment, { checksum: checksumOf(segment) });
  return segment;
}
