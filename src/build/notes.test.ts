// notes.test.ts: the bytes of an image's notes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { notesAssembly } from "./notes.js";

/** The bytes of a section in assembler source. */
function bytesOf(assembly: string, section: string): Buffer {
  const lines = assembly.split("\n");
  const at = lines.findIndex((line) => line.startsWith(`.section ${section},`));
  assert.notEqual(at, -1, `no section ${section}`);
  return Buffer.from(lines[at + 2]!.replace(".byte ", "").split(",").map(Number));
}

test("the ABI note says hvt, version 2", () => {
  const note = bytesOf(notesAssembly([]), ".note.solo5.abi");
  assert.equal(note.length, 12 + 8 + 16);
  assert.deepEqual(
    [0, 4, 8].map((at) => note.readUInt32LE(at)),
    [6, 16, 0x31494241],
  );
  assert.equal(note.toString("latin1", 12, 20), "Solo5\0\0\0");
  assert.deepEqual(
    [20, 24, 28, 32].map((at) => note.readUInt32LE(at)),
    [1, 2, 0, 0],
  );
});

test("the manifest note holds the reserved entry and the devices, at a multiple of 8", () => {
  const note = bytesOf(notesAssembly([{ name: "storage", type: "BLOCK_BASIC" }]), ".note.solo5.manifest");
  // Header and name take 20 bytes; 4 more bring struct mft to a multiple of 8 and count as the descriptor's.
  assert.equal(note.length, 24 + 8 + 2 * 104);
  assert.deepEqual(
    [0, 4, 8].map((at) => note.readUInt32LE(at)),
    [6, 4 + 8 + 2 * 104, 0x3154464d],
  );
  assert.deepEqual(
    [24, 28].map((at) => note.readUInt32LE(at)),
    [1, 2],
  );
  assert.equal(note.readUInt32LE(32 + 68), 1 << 30);
  assert.equal(note.toString("latin1", 136, 144), "storage\0");
  assert.equal(note.readUInt32LE(136 + 68), 1);
});

test("the interpreter is a path that no host has", () => {
  assert.equal(bytesOf(notesAssembly([]), ".interp").toString(), "/nonexistent/mayfly/\0");
});
