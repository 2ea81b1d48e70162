// main.test.ts: a quick run of the whole bench measures everything that has a bound; the command line is judged.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildRuntime } from "../src/build/function/runtime.js";
import type { MachineKind } from "../src/machine/machine.js";
import { noKvm } from "../test/support/mayfly.js";
import type { HostRecord } from "./host-record.js";
import type { MeasurementLine } from "./measurement.js";

/** Whether questions about functions can be asked here. */
const hasFunctions = await buildRuntime().then(
  () => true,
  () => false,
);
const FUNCTION_BOUNDS = [
  ["function against a fresh quickjs-wasi", "≥ 5"],
  ["function against a worker", "≥ 50"],
  ["function against a Node process", "≥ 200"],
  ["first-call p50", "≤ 2.5"],
  ["first-call p99", "≤ 5"],
  ["javascript against WebAssembly", "≥ 1.4"],
  ["memory of a warm VM", "≤ 3"],
  ["endurance: memory grown", "≤ 8"],
  ["endurance: heap grown", "≤ 1"],
  ["endurance: external grown", "≤ 1"],
  ["endurance: descriptors grown", "≤ 0"],
  ["endurance: answers other than 1", "≤ 0"],
];
const KVM_BOUNDS = [
  ["lifecycle p50", "≤ 1.5"],
  ["lifecycle p99", "≤ 5"],
  ...gatewayBounds(),
  ["hypercall against bare C", "≤ 1.15"],
  ["compute against native", "≥ 0.98"],
  ["console exits, 1 MiB", "≤ 20"],
  ...withFunctions([
    ["function p50", "≤ 0.2"],
    ["function p99", "≤ 2"],
    ["function against a bare exit and copy", "≤ 2"],
  ]),
];
const PROCESS_BOUNDS = [
  ["lifecycle p50", "≤ 5"],
  ...gatewayBounds(),
  ["exchange, one CPU, p50", "≤ 20"],
  ["hypercall against bare C", "≤ 1.5"],
  ["compute against native", "≥ 0.98"],
  ["console exits, 1 MiB", "≤ 20"],
  ...withFunctions([["function p50", "≤ 0.12"]]),
];

/** The same on both machines. */
function gatewayBounds(): string[][] {
  if (!hasFunctions) return [];
  return [
    ["gateway: one connection p50", "≤ 0.25"],
    ["gateway: one connection p99", "≤ 1.5"],
    ["gateway: 16 connections", "≥ 5000"],
    ["gateway: 16 connections p99", "≤ 10"],
    ["gateway: against the library", "≥ 0.7"],
    ["gateway: request without a VM p50", "≤ 3"],
    ["gateway: request without a VM p99", "≤ 5"],
    ["gateway: boot p99", "≤ 5"],
    ["gateway: start-up of a fleet", "≤ 60"],
    ["gateway: memory of a fleet's function", "≤ 1"],
    ["gateway: threads of a fleet's function", "≤ 0.05"],
    ["gateway: VMs after a burst", "≤ 0"],
    ["gateway: memory after a burst", "≤ 1.1"],
  ];
}

/** A machine's own bounds on functions, and those that both have. */
function withFunctions(own: string[][]): string[][] {
  return hasFunctions ? [...own, ...FUNCTION_BOUNDS] : [];
}

function bench(...args: string[]) {
  return benchBeside("", ...args);
}

/** @param solo5 what SOLO5_HVT says */
function benchBeside(solo5: string, ...args: string[]) {
  return benchWith({ SOLO5_HVT: solo5 }, ...args);
}

function benchWith(variables: NodeJS.ProcessEnv, ...args: string[]) {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  const env = { ...process.env, SOLO5_HVT: "", SOLO5_SPT: "", ...variables };
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8", env });
}

/** The bench judges the value before it is rounded; that the two differ here would take a value within a rounding of its bound. */
function keeps(value: number, bound: string): boolean {
  const limit = Number(bound.slice(2));
  return bound.startsWith("≤") ? value <= limit : value >= limit;
}

test("a quick bench prints the host and a valid line for each bound of each machine it has", () => {
  const { status, stdout, stderr } = bench("--quick", "--json");
  assert.equal(status, 0, stderr);
  const [head, ...lines] = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  const { host } = head as { host: HostRecord };
  for (const name of ["cpu", "kernel", "kvm", "node", "commit", "date"] as const)
    assert.ok(host[name].length > 0, `host.${name}`);
  const measurements = lines as MeasurementLine[];
  const bounds = (of: MachineKind) =>
    measurements
      .filter(({ machine, bound }) => machine === of && bound !== null)
      .map(({ name, bound }) => [name, bound]);
  assert.deepEqual(host.machines, noKvm() === false ? ["kvm", "process"] : ["process"]);
  assert.deepEqual(bounds("kvm"), noKvm() === false ? KVM_BOUNDS : []);
  assert.deepEqual(bounds("process"), PROCESS_BOUNDS);
  for (const { name, value, unit, bound, ok } of measurements) {
    // What must not grow may stay as it is, or shrink; what must be gone may be.
    const mayBeNothing = /^endurance|threads of|VMs after|memory of a fleet/.test(name);
    assert.ok(Number.isFinite(value) && (value > 0 || mayBeNothing), `${name}: ${value}`);
    assert.ok(unit.length > 0, name);
    // A value that is its bound once it is rounded may have missed it by less than is shown.
    if (bound === null || value !== Number(bound.slice(2)))
      assert.equal(ok, bound === null || keeps(value, bound), name);
  }
  const stale = measurements.filter(({ name }) => name === "endurance: answers other than 1");
  assert.ok(stale.every(({ value }) => value === 0));
  assert.ok(measurements.every(({ name, value }) => name !== "gateway: VMs after a burst" || value === 0));
});

test("the table has a row for each measurement of the questions picked, machines side by side", {
  skip: noKvm(),
}, () => {
  const { status, stdout, stderr } = bench("--quick", "console");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^console exits, 1 MiB +kvm +\d+ +exits +. ≤ 20 .*\n +process +\d+ +exits +. ≤ 20 /m);
  assert.doesNotMatch(stdout, /lifecycle/);
  assert.match(stderr, /^bench: console$/m);
});

test("endurance makes as many calls as it is told", { skip: !hasFunctions }, () => {
  const args = ["--quick", "--json", "--machine=process", "--calls=300", "endurance"];
  const { status, stdout, stderr } = bench(...args);
  assert.equal(status, 0, stderr);
  assert.match(stdout, /"note":"of 300, by a handler that counts in a global"/);
});

test("solo5-hvt's numbers stand beside ours", { skip: noKvm() }, (context) => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const standIn = join(folder, "solo5-hvt");
  writeFileSync(standIn, "#!/bin/sh\necho 50 blocks in 1000000 ns\n", { mode: 0o755 });
  const { status, stdout, stderr } = benchBeside(standIn, "--quick", "--json", "block");
  assert.equal(status, 0, stderr);
  const [, file] = stdout.split("\n").map((line) => (line === "" ? {} : JSON.parse(line)) as MeasurementLine);
  assert.equal(file?.name, "block read 4 KiB, file");
  assert.equal(file.machine, "kvm");
  assert.equal(file.solo5, 20);
});

test("solo5-spt's numbers stand beside the process machine's, with an image of its own", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const standIn = join(folder, "solo5-spt");
  writeFileSync(standIn, '#!/bin/sh\n[ "$*" = "--mem=32 -- own.spt one two" ]\n', { mode: 0o755 });
  const beside = { SOLO5_SPT: standIn, SOLO5_SPT_IMAGE: "own.spt one two" };
  const args = ["--quick", "--json", "--machine=process", "process"];
  const { status, stdout, stderr } = benchWith(beside, ...args);
  assert.equal(status, 0, stderr);
  const [, run] = stdout.split("\n").map((line) => (line === "" ? {} : JSON.parse(line)) as MeasurementLine);
  assert.deepEqual([run?.name, run?.machine], ["process, mayfly run", "process"]);
  assert.ok(run?.solo5 !== undefined && run.solo5 > 0);
});

test("a SOLO5_SPT without an image that it can run is refused", () => {
  const { status, stdout, stderr } = benchWith({ SOLO5_SPT: process.execPath, SOLO5_SPT_IMAGE: "" });
  assert.deepEqual([status, stdout], [1, ""]);
  assert.match(stderr, /^bench: SOLO5_SPT_IMAGE: got nothing, expected .+\n→ .+\n$/);
});

test("a SOLO5_HVT that is no program is refused before anything is measured", () => {
  const { status, stdout, stderr } = benchBeside("/nonexistent/solo5-hvt");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^bench: SOLO5_HVT: got \/nonexistent\/solo5-hvt, expected a program\n→ .+\n$/);
});

test("--list names the questions without a measurement", () => {
  const { status, stdout } = bench("--list");
  assert.equal(status, 0);
  assert.match(stdout, /^ {2}lifecycle +create, boot, hello, close/m);
  assert.match(stdout, /^ {2}hypercall /m);
});

test("an unknown question and an unknown option are refused in one line with a mend", () => {
  const question = bench("speed");
  assert.equal(question.status, 1);
  assert.match(
    question.stderr,
    /^bench: question: got speed, expected lifecycle, .*\n→ npm run bench -- --list\n$/,
  );
  const machine = bench("--machine=pc");
  assert.equal(machine.status, 1);
  assert.match(machine.stderr, /^bench: machine: got pc, expected kvm or process\n$/);
  const calls = bench("--calls=many");
  assert.equal(calls.status, 1);
  assert.match(calls.stderr, /^bench: calls: got many, expected a whole number from 100 on\n$/);
  const option = bench("--fast");
  assert.equal(option.status, 1);
  assert.match(option.stderr, /^bench: Unknown option '--fast'\n→ npm run bench -- --help\n$/);
});
