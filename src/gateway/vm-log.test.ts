// vm-log.test.ts: the life of a VM as lines for people.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { VmChange } from "../function/observer.js";
import { withVmLog } from "./vm-log.js";

function linesOf(changes: readonly VmChange[]): { lines: string[]; told: VmChange[] } {
  const lines: string[] = [];
  const told: VmChange[] = [];
  const observer = withVmLog(
    { vm: (change) => told.push(change) },
    { name: "hello", worker: 2, print: (line) => lines.push(line) },
  );
  for (const change of changes) observer.vm!(change);
  return { lines, told };
}

test("a VM's beginning and its end are a line each", () => {
  const changes: VmChange[] = [
    { vm: 7, state: "starting" },
    { vm: 7, state: "running", ms: 1.94 },
    { vm: 7, state: "resetting", ms: 0.3 },
    { vm: 7, state: "idle", ms: 0.04 },
    { vm: 7, state: "closed", ms: 10_012, reason: "idle" },
  ];
  const { lines, told } = linesOf(changes);
  assert.deepEqual(lines, [
    "vm 2.7 of hello started in 1.94 ms\n",
    "vm 2.7 of hello closed: idle for 10.0 s\n",
  ]);
  assert.deepEqual(told, changes);
});

test("why a VM was closed is said in words, unless its request's line does", () => {
  const closed = (reason: string) => linesOf([{ vm: 1, state: "closed", ms: 5, reason }]).lines;
  assert.deepEqual(closed("budget"), ["vm 2.1 of hello closed: another function needed its memory\n"]);
  assert.deepEqual(closed("cpu-time-limit"), ["vm 2.1 of hello closed: cpu-time-limit\n"]);
  assert.deepEqual(closed("served"), []);
});
