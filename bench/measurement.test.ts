// measurement.test.ts: bounds are judged on the value as measured, and lines are as documented.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keepsBound, type Measurement, round, sideBySide, toLine } from "./measurement.js";

test("a value at its bound keeps it", () => {
  assert.equal(
    keepsBound({ name: "a", machine: "kvm", value: 1.5, unit: "ms", bound: { atMost: 1.5 } }),
    true,
  );
  assert.equal(
    keepsBound({ name: "a", machine: "kvm", value: 0.98, unit: "×", bound: { atLeast: 0.98 } }),
    true,
  );
});

test("a value beyond its bound misses it, though it looks the same when rounded", () => {
  const measurement: Measurement = {
    name: "a",
    machine: "kvm",
    value: 1.50001,
    unit: "ms",
    bound: { atMost: 1.5 },
  };
  assert.deepEqual(toLine(measurement), {
    name: "a",
    machine: "kvm",
    value: 1.5,
    unit: "ms",
    bound: "≤ 1.5",
    ok: false,
  });
  assert.equal(
    keepsBound({ name: "a", machine: "kvm", value: 0.97, unit: "×", bound: { atLeast: 0.98 } }),
    false,
  );
});

test("a number that is not one misses its bound", () => {
  assert.equal(
    keepsBound({ name: "a", machine: "kvm", value: Number.NaN, unit: "ms", bound: { atMost: 1.5 } }),
    false,
  );
});

test("a value without a bound is fine and says so", () => {
  assert.deepEqual(toLine({ name: "a", machine: "kvm", value: 3, unit: "µs", solo5: 4, note: "n" }), {
    name: "a",
    machine: "kvm",
    value: 3,
    unit: "µs",
    bound: null,
    ok: true,
    solo5: 4,
    note: "n",
  });
});

test("numbers are rounded to four digits, whole ones above that", () => {
  assert.deepEqual([0.123456, 12.3456, 1234.56, 1234567].map(round), [0.1235, 12.35, 1235, 1234567]);
});

test("rows of one name stand side by side, and a row that one machine alone has keeps its place", () => {
  const row = (machine: "kvm" | "process", name: string): Measurement => ({
    name,
    machine,
    value: 1,
    unit: "ms",
  });
  const rows = sideBySide([
    [row("kvm", "a"), row("kvm", "bare"), row("kvm", "b")],
    [row("process", "a"), row("process", "b")],
  ]);
  assert.deepEqual(
    rows.map(({ name, machine }) => `${name} ${machine}`),
    ["a kvm", "a process", "bare kvm", "b kvm", "b process"],
  );
});
