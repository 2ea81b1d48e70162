// main.test.ts: a quick run of the whole bench measures everything that has a bound; the command line is judged.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { noKvm } from "../test/support/mayfly.js";
import type { HostRecord } from "./host-record.js";
import type { MeasurementLine } from "./measurement.js";

const BOUNDS = [
  ["lifecycle p50", "≤ 1.5"],
  ["lifecycle p99", "≤ 5"],
  ["gateway request p99", "≤ 5"],
  ["hypercall against bare C", "≤ 1.15"],
  ["compute against native", "≥ 0.98"],
  ["console exits, 1 MiB", "≤ 20"],
];

function bench(...args: string[]) {
  const main = fileURLToPath(new URL("main.js", import.meta.url));
  const env = { ...process.env, SOLO5_HVT: "" };
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8", env });
}

/** The bench judges the value before it is rounded; that the two differ here would take a value within a rounding of its bound. */
function keeps(value: number, bound: string): boolean {
  const limit = Number(bound.slice(2));
  return bound.startsWith("≤") ? value <= limit : value >= limit;
}

test("a quick bench prints the host and a valid line for each bound", { skip: noKvm() }, () => {
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
  assert.deepEqual(
    measurements.filter(({ bound }) => bound !== null).map(({ name, bound }) => [name, bound]),
    BOUNDS,
  );
  for (const { name, value, unit, bound, ok } of measurements) {
    assert.ok(Number.isFinite(value) && value > 0, `${name}: ${value}`);
    assert.ok(unit.length > 0, name);
    assert.equal(ok, bound === null || keeps(value, bound), name);
  }
});

test("the table has a row for each measurement of the questions picked", { skip: noKvm() }, () => {
  const { status, stdout, stderr } = bench("--quick", "console");
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^console exits, 1 MiB +17 +exits +✔ ≤ 20 /m);
  assert.doesNotMatch(stdout, /lifecycle/);
  assert.match(stderr, /^bench: console$/m);
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
  const option = bench("--fast");
  assert.equal(option.status, 1);
  assert.match(option.stderr, /^bench: Unknown option '--fast'\n→ npm run bench -- --help\n$/);
});
