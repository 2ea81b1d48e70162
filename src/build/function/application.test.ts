// application.test.ts: the application's segment lies as guest/js/application.c reads it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ApplicationHeader, packApplication } from "./application.js";

test("packApplication puts both bytecodes behind the header, each at a multiple of 4", () => {
  const segment = packApplication(Buffer.from("prelude"), Buffer.from("program!!"));
  const header = ApplicationHeader.read(segment);
  assert.equal(Buffer.from(header.magic).toString(), "MAYFLYJS");
  assert.equal(header.prelude_len, 7);
  assert.equal(header.program_len, 9);
  assert.equal(segment.toString("latin1", 20), "prelude\0program!!\0\0\0");
});

test("the checksum changes with every bit behind it", () => {
  const checksumOf = (program: Uint8Array) =>
    ApplicationHeader.read(packApplication(Buffer.from("p"), program)).checksum;
  const program = Buffer.alloc(64, 1);
  const right = checksumOf(program);
  for (let bit = 0; bit < program.length * 8; bit++) {
    program[bit >> 3]! ^= 1 << (bit & 7);
    assert.notEqual(checksumOf(program), right, `bit ${bit}`);
    program[bit >> 3]! ^= 1 << (bit & 7);
  }
});
