// duration.test.ts: durations as people write them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "./duration.js";

for (const [value, ms] of [
  ["10s", 10_000],
  ["500ms", 500],
  ["2m", 120_000],
  ["1h", 3_600_000],
  ["1.5s", 1500],
  ["1.005s", 1005],
  ["0s", 0],
  [250, 250],
  [0, 0],
] as const) {
  test(`${JSON.stringify(value)} is ${ms} ms`, () => assert.equal(parseDuration(value), ms));
}

for (const value of [
  "",
  "10",
  "s",
  "10 s",
  "-1s",
  "1e3s",
  "0.5ms",
  "1d",
  "10S",
  -1,
  0.5,
  Number.NaN,
  2 ** 60,
  null,
  true,
  {},
]) {
  test(`${JSON.stringify(value)} is no duration`, () => assert.equal(parseDuration(value), undefined));
}
