// totals-reporter.test.mjs: the totals for programs are those that the runner prints.
import assert from "node:assert/strict";
import { test } from "node:test";
import totals from "./totals-reporter.mjs";

async function report(...messages) {
  const events = messages.map((message) => ({ type: "test:diagnostic", data: { message } }));
  let text = "";
  for await (const piece of totals(events)) text += piece;
  return JSON.parse(text);
}

test("a cancelled test counts as failed, a todo as skipped", async () => {
  const found = await report(
    "tests 9",
    "pass 4",
    "fail 1",
    "cancelled 2",
    "skipped 1",
    "todo 1",
    "duration_ms 7",
  );
  assert.deepEqual(found, { passed: 4, failed: 3, skipped: 2 });
});

test("what a test itself prints is no total", async () => {
  assert.deepEqual(await report("pass 4", "we pass 9 values"), { passed: 4, failed: 0, skipped: 0 });
});
