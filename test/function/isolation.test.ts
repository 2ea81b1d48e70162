// isolation.test.ts: what two calls of a function share, by its isolation: their state, their VM, nothing.
import assert from "node:assert/strict";
import type { Bill, CallDone, VmChange } from "../../src/index.js";
import { app } from "../support/mayfly.js";
import { until } from "../support/until.js";
import { at, lifeTest, textOf } from "./life.js";

lifeTest(
  "with isolation by instance, a VM's calls share its state until it was idle for long",
  async (load) => {
    const fn = await load({ isolation: "instance", idleMs: 50 });
    assert.equal(fn.vms, 0);
    for (const count of ["1", "2", "3"]) assert.equal(await textOf(fn.fetch(at("/count"))), count);
    assert.equal(fn.vms, 1);
    await until(() => fn.vms === 0);
    assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  },
);

lifeTest("with isolation by instance, limits are those of one call", async (load) => {
  const fn = await load({ isolation: "instance", limits: { cpuTimeMs: 200, wallTimeMs: 5000 } });
  for (let call = 1; call <= 12; call++) assert.equal(await textOf(fn.fetch(at("/spend"))), String(call));
  await assert.rejects(fn.fetch(at("/loop")), { code: "FUNCTION_CPU_LIMIT" });
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
});

lifeTest("with isolation by instance, a call that fails costs its VM", async (load) => {
  const fn = await load({ isolation: "instance" });
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  await assert.rejects(fn.fetch(at("/throw")), { code: "FUNCTION_THREW" });
  assert.equal(fn.vms, 0);
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
});

lifeTest("with isolation by instance, a VM has one call at a time", async (load) => {
  const fn = await load({ isolation: "instance", maxVms: 2 });
  const calls = Array.from({ length: 6 }, async () => Number(await textOf(fn.fetch(at("/count")))));
  const counts = (await Promise.all(calls)).sort();
  // Which VM gets how many is not promised; each counts its own, one by one.
  const most = Math.max(...counts);
  const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  assert.deepEqual(counts, [...upTo(most), ...upTo(6 - most)].sort());
  assert.equal(fn.vms, 2);
});

lifeTest("with isolation by boot, every call has a VM that was booted for it", async (load) => {
  const changes: VmChange[] = [];
  const observer = { vm: (change: VmChange) => void changes.push(change) };
  const fn = await load({ isolation: "boot", env: { A: "1" }, observer });
  assert.equal(fn.snapshotBytes, 0);
  for (let call = 0; call < 3; call++) {
    const bills: Bill[] = [];
    const { env } = JSON.parse(await textOf(fn.fetch(at("/env"), { onBill: (bill) => bills.push(bill) })));
    assert.deepEqual(env, { A: "1" });
    await until(() => fn.vms === 0 && bills.length === 1);
    assert.ok(bills[0]!.wallMs.start > 0);
  }
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  await assert.rejects(fn.fetch(at("/throw")), { code: "FUNCTION_THREW" });
  await assert.rejects(fn.fetch(at("/loop")), { code: "FUNCTION_CPU_LIMIT" });
  await until(() => changes.filter(({ state }) => state === "closed").length === 6);
  const states = (vm: number): string[] => changes.filter((each) => each.vm === vm).map(({ state }) => state);
  assert.deepEqual(states(1), ["starting", "running", "closed"]);
  assert.equal(changes.findLast(({ vm }) => vm === 1)?.reason, "served");
});

lifeTest("a lease is a VM by the function's isolation, and tells the observer", async (load) => {
  const calls: CallDone[] = [];
  const request = { method: "GET", origin: "http://function.test", headers: [] };
  for (const [isolation, expected] of [
    ["request", ["1", "1"]],
    ["instance", ["1", "2"]],
    ["boot", ["1", "1"]],
  ] as const) {
    const fn = await load({ isolation, observer: { call: (done) => void calls.push(done) } });
    const counted: string[] = [];
    for (let i = 0; i < 2; i++) {
      const { vm, giveBack } = await fn.lease();
      const { body } = await vm.exchange({ ...request, target: "/count" });
      counted.push(Buffer.from(body.takeWhole()!).toString());
      assert.ok((await giveBack()) >= 0);
    }
    assert.deepEqual(counted, expected);
    const { vm, giveBack } = await fn.lease();
    const failure = await fn.failureOf(await vm.exchange({ ...request, target: "/throw" }));
    await giveBack(failure);
    assert.equal(fn.vms, isolation === "request" ? 1 : 0);
    assert.deepEqual(
      calls.splice(0).map(({ code }) => code),
      [undefined, undefined, "FUNCTION_THREW"],
    );
  }
});

lifeTest("with isolation by boot, any image that speaks the exchange is a function", async (load) => {
  const fn = await load({ isolation: "boot" }, app("hello"));
  for (let call = 0; call < 3; call++) assert.match(await textOf(fn.fetch(at("/one"))), /^Hello, world!/);
  await until(() => fn.vms === 0);
  await assert.rejects(load({ isolation: "boot" }, app("exit-status")), { code: "FUNCTION_NOT_STARTED" });
  await assert.rejects(load({ isolation: "boot", env: { A: "1" } }, app("hello")), {
    code: "FUNCTION_NOT_STARTED",
    message: /does not take env and secrets: it answered 200, expected 204/,
  });
});
