// life.test.ts: the life of a function's VMs: idle time, the queue, the budget, and what an observer is told.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import {
  type Bill,
  type CallDone,
  FunctionBusyError,
  FunctionError,
  VmBudget,
  type VmChange,
} from "../../src/index.js";
import { until } from "../support/until.js";
import { at, lifeTest, textOf, turn } from "./life.js";

lifeTest("a VM that nobody uses is closed, the last one, too, unless it stays warm", async (load) => {
  const fn = await load({ idleMs: 40 });
  const calls = Promise.all(Array.from({ length: 4 }, () => fn.fetch(at("/slow"))));
  await until(() => fn.vms === 4);
  await calls;
  await until(() => fn.vms === 0);
  assert.equal(await textOf(fn.fetch(at("/count"))), "1");
  const warm = await load({ idleMs: 40, keepWarm: 1 });
  await Promise.all([warm.fetch(at("/slow")), warm.fetch(at("/slow"))]);
  await until(() => warm.vms === 1);
  await delay(80);
  assert.equal(warm.vms, 1);
});

lifeTest(
  "VMs that wait for their time to be over keep no program alive",
  async (_load, _context, handler) => {
    const index = new URL("../../src/index.js", import.meta.url).href;
    const program = `
    const { Function } = await import(${JSON.stringify(index)});
    const fn = await Function.load(${JSON.stringify(handler)}, { idleMs: 600_000 });
    console.log(await (await fn.fetch("http://x/count")).text(), fn.vms);`;
    const { status, stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
      timeout: 30_000,
    });
    assert.deepEqual([status, stdout.toString()], [0, "1 1\n"]);
  },
);

lifeTest("the queue in front of a function is bounded in length and time", async (load) => {
  const fn = await load({ maxVms: 1, queue: { length: 1, ms: 60_000 } });
  const running = fn.fetch(at("/slow"));
  const waiting = fn.fetch(at("/count"));
  await assert.rejects(fn.fetch(at("/count")), (error) => {
    assert.ok(error instanceof FunctionBusyError);
    assert.deepEqual(
      [error.code, error.reason, error.retryAfterSeconds],
      ["FUNCTION_BUSY", "queue-full", 60],
    );
    return true;
  });
  assert.equal(fn.waiting, 1);
  assert.deepEqual(await Promise.all([textOf(running), textOf(waiting)]), ["slow", "1"]);
  const impatient = await load({ maxVms: 1, queue: { ms: 20 } });
  const slow = impatient.fetch(at("/slow"));
  await assert.rejects(impatient.fetch(at("/count")), { code: "FUNCTION_BUSY", reason: "queue-time" });
  assert.equal(await textOf(slow), "slow");
});

lifeTest("a call that is given up leaves the queue", async (load) => {
  const fn = await load({ maxVms: 1 });
  const running = fn.fetch(at("/slow"));
  const gone = new AbortController();
  const call = fn.fetch(at("/count"), { signal: gone.signal });
  const leased = Promise.resolve(fn.lease({ signal: gone.signal }));
  await until(() => fn.waiting === 2);
  gone.abort(new Error("gone"));
  await assert.rejects(call, /gone/);
  await assert.rejects(leased, /gone/);
  assert.equal(fn.waiting, 0);
  assert.equal(await textOf(running), "slow");
});

lifeTest("functions share a budget: idle VMs of one go when another needs the memory", async (load) => {
  const budget = new VmBudget(64);
  const [a, b] = [await load({ budget }), await load({ budget })];
  await Promise.all([a.fetch(at("/slow")), a.fetch(at("/slow"))]);
  await turn();
  assert.deepEqual([a.vms, b.vms, budget.usedMiB], [2, 0, 64]);
  assert.equal(await textOf(b.fetch(at("/count"))), "1");
  assert.deepEqual([a.vms, b.vms, budget.usedMiB], [1, 1, 64]);
  // Both want all of it.
  const calls = [a, b].flatMap((fn) => Array.from({ length: 10 }, () => textOf(fn.fetch(at("/count")))));
  assert.deepEqual(new Set(await Promise.all(calls)), new Set(["1"]));
  await assert.rejects(load({ budget: new VmBudget(16) }), { code: "OPTION_INVALID" });
});

lifeTest("an observer is told what happens to VMs and calls", async (load) => {
  const changes: VmChange[] = [];
  const calls: CallDone[] = [];
  const observer = {
    vm: (change: VmChange) => void changes.push(change),
    call: (done: CallDone) => void calls.push(done),
  };
  const fn = await load({ observer, maxVms: 1, queue: { length: 0 }, idleMs: 30 });
  const running = fn.fetch(at("/count"));
  await assert.rejects(fn.fetch(at("/count")), { code: "FUNCTION_BUSY" });
  await running;
  await until(() => changes.at(-1)?.state === "closed");
  assert.deepEqual(
    changes.map(({ vm, state, reason }) => [vm, state, reason]),
    [
      [1, "starting", undefined],
      [1, "running", undefined],
      [1, "resetting", undefined],
      [1, "idle", undefined],
      [1, "closed", "idle"],
    ],
  );
  assert.ok(changes[1]!.ms! > 0 && changes[4]!.ms! >= 29);
  const [busy, counted] = calls as [CallDone, CallDone];
  assert.deepEqual([busy.ok, busy.code, busy.exits], [false, "FUNCTION_BUSY", {}]);
  assert.deepEqual([counted.ok, counted.code, counted.exits.exchange], [true, undefined, 1]);
  assert.ok(counted.startMs > 0 && counted.waitMs >= counted.startMs && counted.runMs > 0);
  assert.ok(counted.resetMs > 0 && counted.cpuMs > 0);
  await assert.rejects(fn.fetch(at("/loop")), { code: "FUNCTION_CPU_LIMIT" });
  await until(() => changes.at(-1)?.state === "closed");
  assert.equal(changes.at(-1)?.reason, "cpu-time-limit");
  assert.equal(calls.at(-1)?.code, "FUNCTION_CPU_LIMIT");
});

lifeTest("a call under way when its function is closed fails with that", async (load) => {
  const fn = await load();
  const call = fn.fetch(at("/slow"));
  await until(() => fn.vms === 1);
  const closing = fn.close();
  await assert.rejects(call, { code: "FUNCTION_CLOSED", name: "FunctionError" });
  await closing;
});

lifeTest(
  "a call that breaks a limit has a bill with its memory, and an end that JSON can hold",
  async (load) => {
    const fn = await load({ limits: { cpuTimeMs: 20 } });
    const bills: Bill[] = [];
    const failed = fn.fetch(at("/loop"), { onBill: (bill) => bills.push(bill) });
    await assert.rejects(failed, (error) => {
      assert.ok(error instanceof FunctionError);
      const { report } = JSON.parse(JSON.stringify(error.end));
      assert.match(report.registers.rip, /^0x[0-9a-f]+$/);
      assert.equal(typeof error.end?.report?.registers.rip, "bigint");
      return true;
    });
    assert.ok(bills[0]!.memoryBytes > 0);
  },
);
