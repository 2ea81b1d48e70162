// metrics-text.test.ts: sums over a metric's values, by labels.
import assert from "node:assert/strict";
import { test } from "node:test";
import { metricSum } from "./metrics-text.js";

const PAGE = `# HELP mayfly_vms Virtual machines that exist, by state.
# TYPE mayfly_vms gauge
mayfly_vms{function="hello",state="idle"} 3
mayfly_vms{function="hello",state="running"} 1
mayfly_vms{function="other",state="idle"} 2
mayfly_vms_more 7
up 1
`;

test("values are added over all labels, over some, and without any", () => {
  assert.equal(metricSum(PAGE, "mayfly_vms"), 6);
  assert.equal(metricSum(PAGE, "mayfly_vms", { function: "hello" }), 4);
  assert.equal(metricSum(PAGE, "mayfly_vms", { state: "idle", function: "other" }), 2);
  assert.equal(metricSum(PAGE, "up"), 1);
});

test("what is not there is nothing", () => {
  assert.equal(metricSum(PAGE, "mayfly_vms", { function: "hell" }), 0);
  assert.equal(metricSum(PAGE, "mayfly"), 0);
});
