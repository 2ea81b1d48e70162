// restart-delay.test.ts: the waits before restarts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { RestartDelay } from "./restart-delay.js";

test("a worker is started again at once, and later and later when it dies young again and again", () => {
  const delay = new RestartDelay();
  const waits = Array.from({ length: 11 }, () => delay.after(0));
  assert.deepEqual(waits, [0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("one that has served for a while is started again at once", () => {
  const delay = new RestartDelay();
  delay.after(0);
  delay.after(100);
  assert.equal(delay.after(10_000), 0);
  assert.equal(delay.after(9_999), 250);
});
