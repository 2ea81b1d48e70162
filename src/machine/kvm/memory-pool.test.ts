// memory-pool.test.ts: what one guest left in its memory never reaches another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryPool } from "./memory-pool.js";

const BYTES = 64 * 1024;

test("memory that was given back serves again, and is empty", () => {
  const pool = new MemoryPool();
  const first = pool.take(BYTES);
  first.bytes.fill(0x53);
  pool.giveBack(first);
  const second = pool.take(BYTES);
  assert.equal(second, first);
  assert.ok(second.bytes.every((byte) => byte === 0));
  pool.giveBack(second);
  pool.close();
});

test("memory whose huge pages the kernel did not forbid is not said to have none", () => {
  const pool = new MemoryPool();
  const memory = pool.take(BYTES);
  const { avoidHugePages } = memory;
  memory.avoidHugePages = () => false;
  assert.equal(pool.avoidHugePages(memory), false);
  memory.avoidHugePages = avoidHugePages;
  assert.equal(pool.avoidHugePages(memory), true);
  assert.equal(pool.avoidHugePages(memory), true);
  pool.giveBack(memory);
  pool.close();
});

test("memory that the kernel refuses to empty, because it is locked, never serves again", () => {
  const pool = new MemoryPool();
  const locked = pool.take(BYTES);
  locked.bytes.fill(0x53);
  locked.discard = () => {
    throw new Error("madvise failed: EINVAL");
  };
  pool.giveBack(locked);
  assert.equal(locked.bytes.length, 0, "it is unmapped");
  const next = pool.take(BYTES);
  assert.notEqual(next, locked);
  assert.ok(next.bytes.every((byte) => byte === 0));
  pool.giveBack(next);
  pool.close();
});
