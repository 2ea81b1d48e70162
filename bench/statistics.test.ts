// statistics.test.ts: percentiles by nearest rank, ratios pair by pair.
import assert from "node:assert/strict";
import { test } from "node:test";
import { median, medianRatio, percentile, sum } from "./statistics.js";

test("percentile gives a sample that exists, by nearest rank", () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  assert.deepEqual(
    [1, 50, 99, 100].map((percent) => percentile(hundred, percent)),
    [1, 50, 99, 100],
  );
  assert.equal(percentile([7], 99), 7);
});

test("the median of an even number of samples is the lower of the middle two", () => {
  assert.equal(median([4, 1, 3, 2]), 2);
});

test("the percentile of nothing is not a number", () => {
  assert.ok(Number.isNaN(percentile([], 50)));
});

test("medianRatio compares what was measured side by side", () => {
  // A moment in which everything is ten times slower changes no ratio.
  assert.equal(medianRatio([2, 20, 2], [1, 10, 1]), 2);
  assert.ok(Number.isNaN(medianRatio([1, 2, 3], [])));
});

test("sum adds", () => {
  assert.equal(sum([1, 2, 3.5]), 6.5);
});
