// application.test.ts: the application's segment lies as guest/js/application.c reads it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApplicationHeader } from "../../abi/application.js";
import { packApplication } from "./application.js";

const engine = "quickjs-ng 0.17.0";
const sourceMapHash = new Uint8Array(16).fill(9);

test("packApplication puts both bytecodes behind the header, each at a multiple of 4", () => {
  const segment = packApplication({
    engine,
    prelude: Buffer.from("prelude"),
    program: Buffer.from("program!!"),
    sourceMapHash,
  });
  const header = ApplicationHeader.read(segment);
  assert.equal(Buffer.from(header.magic).toString(), "MAYFLYJS");
  assert.equal(header.prelude_len, 7);
  assert.equal(header.program_len, 9);
  assert.equal(Buffer.from(header.engine).toString(), engine.padEnd(28, "\0"));
  assert.deepEqual(header.source_map, sourceMapHash);
  assert.equal(segment.toString("latin1", 64), "prelude\0program!!\0\0\0");
});

test("the checksum changes with every bit behind it", () => {
  const checksumOf = (program: Uint8Array) =>
    ApplicationHeader.read(packApplication({ engine, prelude: Buffer.from("p"), program, sourceMapHash }))
      .checksum;
  const program = Buffer.alloc(64, 1);
  const right = checksumOf(program);
  for (let bit = 0; bit < program.length * 8; bit++) {
    program[bit >> 3]! ^= 1 << (bit & 7);
    assert.notEqual(checksumOf(program), right, `bit ${bit}`);
    program[bit >> 3]! ^= 1 << (bit & 7);
  }
});
