// live-dashboard.test.ts: what the dashboard knows and tells, and that it stays bounded.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MOST_FAILURES } from "../observation/failures.js";
import { Observation } from "../observation/observation.js";
import { MOST_CHANGES } from "../observation/vm-history.js";
import type { DashboardState } from "./dashboard-state.js";
import { LiveDashboard } from "./live-dashboard.js";

const FAILED = {
  request: 7,
  method: "GET",
  path: "/",
  status: 504,
  failure: { code: "time-out", reason: "cpu-time-limit", message: "the guest used up its CPU time" },
  end: { reason: "cpu-time-limit", status: 1, message: "it used 51 ms", report: undefined },
  console: "so far so good",
} as const;

/** Does something, and returns the update that follows. */
function updateAfter(dashboard: LiveDashboard, what: () => void): Promise<DashboardState> {
  return new Promise((resolve) => {
    // The update's timer keeps no process alive.
    const alive = setTimeout(() => {}, 10_000);
    const end = dashboard.subscribe((update) => {
      end();
      clearTimeout(alive);
      resolve(update);
    });
    what();
  });
}

test("a state has each function's virtual machines, last changes and answers", () => {
  const observation = new Observation();
  const watch = observation.observe("hello", 32);
  watch.vm!({ vm: 1, state: "starting" });
  watch.vm!({ vm: 1, state: "running", ms: 1.23456 });
  watch.vm!({ vm: 2, state: "starting" });
  watch.vm!({ vm: 2, state: "closed", ms: 3, reason: "idle" });
  watch.call!({ ok: false, waitMs: 1, startMs: 1, runMs: 3, resetMs: 9, cpuMs: 2, exits: {} });
  const [hello] = new LiveDashboard(observation).state().functions;
  assert.deepEqual(hello!.vms, [["1", "running"]]);
  assert.deepEqual(
    hello!.changes.map(({ vm, state, ms, reason }) => [vm, state, ms, reason]),
    [
      ["1", "starting", undefined, undefined],
      ["1", "running", 1.235, undefined],
      ["2", "starting", undefined, undefined],
      ["2", "closed", 3, "idle"],
    ],
  );
  assert.deepEqual([hello!.calls, hello!.failedCalls, hello!.cpuMs], [1, 1, 2]);
  // 4 ms: above 2, within 5.
  assert.equal(hello!.latency.indexOf(1), 6);
});

test("a failure is kept with its guest's report, a client's mistake is not", () => {
  const observation = new Observation();
  observation.request("hello", FAILED);
  observation.request("hello", { ...FAILED, status: 499 });
  observation.request(undefined, { ...FAILED, status: 200, failure: undefined });
  const { failures } = new LiveDashboard(observation).state();
  assert.equal(failures.length, 1);
  assert.equal(failures[0]!.what, "cpu-time-limit");
  assert.equal(failures[0]!.report, "cpu-time-limit: it used 51 ms");
  assert.equal(failures[0]!.console, "so far so good");
});

test("what is kept stays bounded, whatever happens", () => {
  const observation = new Observation();
  const watch = observation.observe("busy", 32);
  for (let vm = 1; vm <= 1000; vm++) {
    watch.vm!({ vm, state: "starting" });
    watch.vm!({ vm, state: "closed", ms: 1, reason: "served" });
    observation.request("busy", { ...FAILED, path: `/${"x".repeat(1e5)}`, console: "y".repeat(1e5) });
  }
  const { functions, failures } = new LiveDashboard(observation).state();
  assert.equal(functions[0]!.changes.length, MOST_CHANGES);
  assert.deepEqual([functions[0]!.changes.at(-1)!.vm, functions[0]!.vms.length], ["1000", 0]);
  assert.equal(failures.length, MOST_FAILURES);
  assert.ok(JSON.stringify(failures).length < 200_000);
});

test("an update tells what changed, once, and only of functions that did", async () => {
  const observation = new Observation();
  const [hello] = [observation.observe("hello", 32), observation.observe("asleep", 32)];
  hello!.vm!({ vm: 1, state: "starting" });
  const dashboard = new LiveDashboard(observation);
  const update = await updateAfter(dashboard, () => {
    hello!.vm!({ vm: 1, state: "running", ms: 1 });
    hello!.vm!({ vm: 1, state: "idle", ms: 1 });
    observation.request("hello", FAILED);
  });
  assert.deepEqual(
    update.functions.map(({ name, vms, changes }) => [name, vms, changes.map(({ state }) => state)]),
    [["hello", [["1", "idle"]], ["running", "idle"]]],
  );
  assert.equal(update.failures.length, 1);
  const next = await updateAfter(dashboard, () => hello!.vm!({ vm: 1, state: "running", ms: 1 }));
  assert.deepEqual([next.functions[0]!.changes.length, next.failures.length], [1, 0]);
});

test("nobody is told anything when nobody listens", () => {
  const observation = new Observation();
  const dashboard = new LiveDashboard(observation);
  dashboard.subscribe(() => {})();
  assert.equal(observation.onObserved, undefined);
});
