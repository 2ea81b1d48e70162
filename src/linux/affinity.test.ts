// affinity.test.ts: sets of processors, and keeping this thread on one of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { currentCpu, isSingle, keepOn, newCpuSet, onlyCpu, readAllowed } from "./affinity.js";

test("isSingle counts processors", () => {
  assert.ok(!isSingle(newCpuSet()));
  for (const cpu of [0, 7, 8, 63, 64, 1000]) assert.ok(isSingle(onlyCpu(cpu)), `processor ${cpu}`);
  assert.ok(!isSingle(Uint8Array.of(3)));
  assert.ok(!isSingle(Uint8Array.of(1, 0, 1)));
});

test("a thread stays where it is kept, until it is let free", () => {
  const before = newCpuSet();
  readAllowed(before);
  const cpu = currentCpu();
  assert.equal(keepOn(0, onlyCpu(cpu)), 0);
  const kept = newCpuSet();
  readAllowed(kept);
  assert.ok(isSingle(kept));
  assert.equal(currentCpu(), cpu);
  assert.equal(keepOn(0, before), 0);
  readAllowed(kept);
  assert.deepEqual(kept, before);
});
