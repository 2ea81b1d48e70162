// seldom.test.ts: what goes on is told once, and again after it had ceased.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Seldom } from "./seldom.js";

test("what goes on is told once, and again when it had ceased for a while", () => {
  const seldom = new Seldom();
  const times = [0, 100, 9_000, 18_000, 29_000, 30_000];
  assert.deepEqual(
    times.map((now) => seldom.isNews("a", now)),
    [true, false, false, false, true, false],
  );
  assert.ok(seldom.isNews("b", 30_000));
});
