// outcome.test.ts: exit statuses and words for each way that a VM can end.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { VmStats } from "../../monitor/stats.js";
import type { VmEnd, VmEndReason } from "../../monitor/vm-end.js";
import { endText, exitStatus, type Outcome, outcomeJson } from "./outcome.js";
import { statsTable } from "./stats-table.js";
import type { StopSignal } from "./stop-signals.js";

const stats: VmStats = {
  createMs: 0.5,
  loadMs: 0.25,
  bootMs: 1,
  runMs: 12.345,
  closeMs: 0.125,
  cpuMs: 3,
  touchedBytes: 3 << 19,
  exits: new Map([
    ["halt", 1],
    ["puts", 12],
  ]),
  traps: new Map(),
};

function outcome(reason: VmEndReason, status = 1, signal?: StopSignal): Outcome {
  const end: VmEnd = { reason, status, message: "it ended", report: undefined };
  return { end, stats, signal, hostFailures: 0 };
}

test("exitStatus is the guest's own when it halted, even after a signal that came too late", () => {
  assert.equal(exitStatus(outcome("halt", 42)), 42);
  assert.equal(exitStatus(outcome("halt", 0, "SIGINT")), 0);
});

test("exitStatus is 124 for time, 128 and the number for a signal, 1 for a misdeed", () => {
  assert.equal(exitStatus(outcome("wall-time-limit")), 124);
  assert.equal(exitStatus(outcome("cpu-time-limit")), 124);
  assert.equal(exitStatus(outcome("stopped", 1, "SIGINT")), 130);
  assert.equal(exitStatus(outcome("stopped", 1, "SIGTERM")), 143);
  assert.equal(exitStatus(outcome("memory-limit")), 1);
  assert.equal(exitStatus(outcome("machine-failed")), 1);
});

test("endText says nothing of a guest that ended itself, and names the signal or the reason else", () => {
  assert.equal(endText(outcome("halt", 255)), undefined);
  assert.equal(endText(outcome("stopped", 1, "SIGHUP")), "stopped by SIGHUP");
  assert.equal(endText(outcome("bad-pointer")), "bad-pointer: it ended");
});

test("endText keeps a message from speaking to the terminal", () => {
  const { end, ...rest } = outcome("exception");
  const text = endText({ ...rest, end: { ...end, message: "in \u001b[2Jevil" } });
  assert.doesNotMatch(text!, new RegExp(String.fromCharCode(27)));
});

test("outcomeJson is one line, maps as objects", () => {
  const line = outcomeJson("app.img", outcome("halt", 3));
  assert.doesNotMatch(line, /\n/);
  const told = JSON.parse(line);
  assert.equal(told.exitStatus, 3);
  assert.deepEqual(told.stats.exits, { halt: 1, puts: 12 });
  assert.deepEqual([told.signal, told.report], [null, null]);
});

test("statsTable sums exits and lists the most frequent first", () => {
  const lines = statsTable(stats).split("\n");
  assert.match(lines[0]!, /^create +0\.50 ms {2}\S/);
  assert.match(lines.find((line) => line.startsWith("memory"))!, /1\.50 MiB/);
  assert.deepEqual(lines.slice(7), ["exits   13", "  puts  12", "  halt   1", "traps  0"]);
});
