// cpio.test.ts: the archive's bytes, read back by the format's own rules.
import assert from "node:assert/strict";
import { test } from "node:test";
import { writeCpio } from "./cpio.js";

/** Reads one record: the 13 fields behind the magic, the name, the content, and where the next one starts. */
function readRecord(archive: Buffer, at: number) {
  assert.equal(archive.toString("latin1", at, at + 6), "070701");
  const field = (index: number): number =>
    Number.parseInt(archive.toString("latin1", at + 6 + 8 * index, at + 14 + 8 * index), 16);
  const [nameLength, length] = [field(11), field(6)];
  const name = archive.toString("utf8", at + 110, at + 110 + nameLength - 1);
  const content = (at + 110 + nameLength + 3) & ~3;
  return {
    name,
    inode: field(0),
    mode: field(1),
    device: [field(9), field(10)],
    bytes: archive.subarray(content, content + length),
    next: (content + length + 3) & ~3,
  };
}

test("writeCpio writes folders, files and devices, each on a multiple of four, and a trailer", () => {
  const archive = writeCpio([
    { kind: "folder", path: "bin" },
    { kind: "file", path: "bin/five", bytes: Buffer.from("12345") },
    { kind: "character", path: "dev/console", major: 5, minor: 1 },
  ]);
  const folder = readRecord(archive, 0);
  const file = readRecord(archive, folder.next);
  const device = readRecord(archive, file.next);
  const trailer = readRecord(archive, device.next);
  assert.deepEqual([folder.name, folder.mode], ["bin", 0o040755]);
  assert.deepEqual([file.name, file.mode, file.bytes.toString()], ["bin/five", 0o100755, "12345"]);
  assert.deepEqual([device.name, device.mode, device.device], ["dev/console", 0o020600, [5, 1]]);
  assert.equal(trailer.name, "TRAILER!!!");
  assert.equal(trailer.next, archive.length);
  assert.equal(new Set([folder.inode, file.inode, device.inode]).size, 3);
});
