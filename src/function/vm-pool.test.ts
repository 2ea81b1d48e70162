// vm-pool.test.ts: who gets a VM when, and that nobody waits for one that never comes. Without a machine.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Monitor } from "../monitor/monitor.js";
import type { Snapshot } from "../monitor/snapshot.js";
import { checkOptions } from "./function-options.js";
import { VmPool } from "./vm-pool.js";

/** A pool of one VM on a host that makes as many as the test says. */
function poolOf(vms: number) {
  let left = vms;
  const monitor = {
    createFromSnapshot() {
      if (left-- <= 0) throw new Error("no memory");
      return { close: async () => {}, reset() {} };
    },
  };
  return new VmPool(monitor as unknown as Monitor, {} as Snapshot, checkOptions({ maxVms: 1 }));
}

test("when the place of a VM cannot be filled, everybody who waits for it is told", async () => {
  const pool = poolOf(1);
  const first = await pool.take();
  const waiting = Promise.allSettled([pool.take(), pool.take(), pool.take()]);
  await pool.discard(first);
  const outcomes = await waiting;
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === "rejected" && (outcome.reason as Error).message),
    ["no memory", "no memory", "no memory"],
  );
});

test("who waits for a VM and is aborted leaves the queue, and the next one moves up", async () => {
  const pool = poolOf(1);
  const first = await pool.take();
  const impatient = new AbortController();
  const aborted = pool.take(impatient.signal);
  const patient = pool.take();
  impatient.abort();
  await assert.rejects(Promise.resolve(aborted), { name: "AbortError" });
  pool.release(first);
  assert.equal(await patient, first);
});
