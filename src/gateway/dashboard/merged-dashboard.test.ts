// merged-dashboard.test.ts: several workers' dashboards as one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Observation } from "../observation/observation.js";
import type { DashboardState } from "./dashboard-state.js";
import { LiveDashboard } from "./live-dashboard.js";
import { MergedDashboard } from "./merged-dashboard.js";

function worker(): { observation: Observation; dashboard: LiveDashboard } {
  const observation = new Observation();
  const watch = observation.observe("hello", 32);
  watch.vm!({ vm: 1, state: "starting" });
  watch.call!({ ok: true, waitMs: 1, startMs: 1, runMs: 0.5, resetMs: 0, cpuMs: 2, exits: {} });
  observation.request("hello", {
    request: 1,
    method: "GET",
    path: "/",
    status: 502,
    failure: { code: "guest-crashed", message: "gone" },
    end: undefined,
    console: "",
  });
  return { observation, dashboard: new LiveDashboard(observation) };
}

test("a function of two workers is one, with the virtual machines of both", () => {
  const merged = new MergedDashboard();
  merged.tell("1", worker().dashboard.state());
  merged.tell("2", worker().dashboard.state());
  const { functions, failures } = merged.state();
  assert.equal(functions.length, 1);
  const [hello] = functions;
  assert.deepEqual(hello!.vms, [
    ["1.1", "starting"],
    ["2.1", "starting"],
  ]);
  assert.deepEqual([hello!.calls, hello!.cpuMs, hello!.latency[5]], [2, 4, 2]);
  assert.deepEqual(
    failures.map(({ failure }) => failure),
    [1, 2],
  );
});

test("a worker that ended leaves what it counted, and no virtual machine", () => {
  const merged = new MergedDashboard();
  merged.tell("1", worker().dashboard.state());
  merged.tell("2", worker().dashboard.state());
  merged.gone("1");
  merged.gone("1");
  const [hello] = merged.state().functions;
  assert.deepEqual(hello!.vms, [["2.1", "starting"]]);
  assert.deepEqual([hello!.calls, hello!.latency[5]], [2, 2]);
  const last = hello!.changes.at(-1)!;
  assert.deepEqual([last.vm, last.state, last.reason], ["1.1", "closed", "worker gone"]);
  merged.gone("2");
  assert.deepEqual(merged.state().functions[0]!.vms, []);
});

test("who looks at several workers is told what changes in one, once", async () => {
  const merged = new MergedDashboard();
  const { observation, dashboard } = worker();
  merged.tell("1", dashboard.state());
  const alive = setTimeout(() => {}, 10_000);
  const update = await new Promise<DashboardState>((resolve) => {
    merged.subscribe(resolve);
    dashboard.subscribe((told) => merged.tell("1", told));
    observation.observe("hello", 32).vm!({ vm: 1, state: "running", ms: 1 });
  });
  clearTimeout(alive);
  assert.deepEqual(
    update.functions.map(({ changes }) => changes.map(({ vm, state }) => [vm, state])),
    [[["1.1", "running"]]],
  );
  assert.deepEqual(update.failures, []);
});

test("a failure keeps its number when its worker tells it again, and stays when the worker has gone", async () => {
  const merged = new MergedDashboard();
  const { dashboard } = worker();
  const told = dashboard.state();
  merged.tell("1", { ...told, functions: [] });
  merged.begin("1", told);
  const numbers = () => merged.state().failures.map(({ failure }) => failure);
  assert.deepEqual(numbers(), [1]);
  const alive = setTimeout(() => {}, 10_000);
  const update = await new Promise<DashboardState>((resolve) => {
    merged.subscribe(resolve);
    merged.begin("1", told);
  });
  clearTimeout(alive);
  assert.deepEqual(update.failures, [], "who looks has it already");
  merged.gone("1");
  merged.begin("2", worker().dashboard.state());
  assert.deepEqual(numbers(), [1, 2]);
});
