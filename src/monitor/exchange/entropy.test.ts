// entropy.test.ts: no byte is given twice, and none is left zero by accident.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fillWithEntropy } from "./entropy.js";

test("draws of all sizes differ, beyond the pool's end, too", () => {
  const seen = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const bytes = new Uint8Array(16 + (i % 50));
    fillWithEntropy(bytes);
    seen.add(Buffer.from(bytes.subarray(0, 16)).toString("hex"));
  }
  assert.equal(seen.size, 1000);
});

test("a draw larger than the pool is random from end to end", () => {
  const bytes = new Uint8Array(10_000);
  fillWithEntropy(bytes);
  for (let at = 0; at < bytes.length; at += 100)
    assert.ok(
      bytes.subarray(at, at + 100).some((byte) => byte !== 0),
      `at ${at}`,
    );
});

test("every byte of a draw takes every value, so none is cut short", () => {
  const union = new Uint8Array(32);
  for (let i = 0; i < 200; i++) {
    const bytes = new Uint8Array(32);
    fillWithEntropy(bytes);
    for (const [at, byte] of bytes.entries()) union[at]! |= byte;
  }
  assert.ok(union.every((bits) => bits === 0xff));
});
