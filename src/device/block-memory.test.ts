// block-memory.test.ts: the memory back-end does what every block back-end does, and shows its bytes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MayflyError } from "../errors.js";
import { blockCases } from "./block.cases.js";
import { blockMemory } from "./block-memory.js";

blockCases("blockMemory", blockMemory);

test("blockMemory works on the caller's own bytes", () => {
  const bytes = new Uint8Array(1024);
  const disk = blockMemory(bytes);
  disk.write(512, new Uint8Array(512).fill(7));
  assert.equal(disk.bytes, bytes);
  assert.equal(bytes[511], 0);
  assert.equal(bytes[512], 7);
});

test("blockMemory makes as many zero bytes as it is asked for", () => {
  const disk = blockMemory(8192, { sectorSize: 4096 });
  assert.equal(disk.capacity, 8192);
  assert.equal(disk.sectorSize, 4096);
  assert.ok(disk.bytes.every((byte) => byte === 0));
});

for (const [what, make, message] of [
  [
    "a capacity that is not whole sectors",
    () => blockMemory(1000),
    /got 1000 bytes, expected a multiple of the sector size, 512 bytes/,
  ],
  [
    "a capacity below one sector",
    () => blockMemory(0),
    /got 0 bytes, expected at least one sector, 512 bytes/,
  ],
  [
    "a sector size that is no power of two",
    () => blockMemory(5210, { sectorSize: 521 }),
    /got a sector size of 521 bytes/,
  ],
  [
    "a sector size below Solo5's smallest",
    () => blockMemory(1024, { sectorSize: 256 }),
    /got a sector size of 256 bytes/,
  ],
  [
    "a sector size that the manifest cannot hold",
    () => blockMemory(65536, { sectorSize: 65536 }),
    /got a sector size of 65536 bytes/,
  ],
  [
    "a sector size that is no number",
    () => blockMemory(1024, { sectorSize: Number.NaN }),
    /got a sector size of NaN bytes/,
  ],
] as const) {
  test(`blockMemory rejects ${what}`, () => {
    assert.throws(make, (error) => {
      assert.ok(error instanceof MayflyError && error.code === "DEVICE_INVALID" && error.mend !== undefined);
      assert.match(error.message, message);
      return true;
    });
  });
}
