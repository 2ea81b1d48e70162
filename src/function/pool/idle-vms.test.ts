// idle-vms.test.ts: idle VMs go when their time is over, but for those that stay warm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { IdleVms } from "./idle-vms.js";

test("the one used last is taken first, and the one used longest ago goes first", async () => {
  const expired: string[] = [];
  const idle = new IdleVms<string>({ idleMs: 20, keepWarm: 1, onExpired: (vm) => expired.push(vm) });
  for (const vm of ["a", "b", "c", "d"]) idle.add(vm);
  assert.equal(idle.takeNewest(), "d");
  assert.equal(idle.takeOldest(), "a");
  while (expired.length === 0) await delay(5);
  await delay(30);
  assert.deepEqual([expired, idle.size], [["b"], 1]);
});

test("one that is used now and then stays", async () => {
  const expired: string[] = [];
  const idle = new IdleVms<string>({ idleMs: 1000, keepWarm: 0, onExpired: (vm) => expired.push(vm) });
  const begun = performance.now();
  let used = begun;
  idle.add("a");
  while (expired.length === 0) {
    if (used - begun < 1100) {
      assert.equal(idle.takeNewest(), "a");
      used = performance.now();
      idle.add("a");
    }
    await delay(5);
  }
  const waited = performance.now() - used;
  assert.ok(waited >= 999, `it went ${waited} ms after its last use`);
});

test("idle VMs without an end set no timer", () => {
  const idle = new IdleVms<string>({ idleMs: Number.POSITIVE_INFINITY, keepWarm: 0, onExpired: assert.fail });
  idle.add("a");
  assert.deepEqual(process.getActiveResourcesInfo().includes("Timeout"), false);
});
