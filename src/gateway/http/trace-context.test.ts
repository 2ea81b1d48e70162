// trace-context.test.ts: a traceparent is believed only when it is exactly one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { traceContextOf } from "./trace-context.js";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentSpanId = "b7ad6b7169203331";
const valid = `00-${traceId}-${parentSpanId}-01`;

const of = (...values: string[]) =>
  traceContextOf([["host", "a"], ...values.map((value): [string, string] => ["traceparent", value])]);

test("a valid traceparent names trace and parent", () => {
  for (const value of [valid, `00-${traceId}-${parentSpanId}-00`, `00-${traceId}-${parentSpanId}-ff`])
    assert.deepEqual(of(value), { traceId, parentSpanId }, value);
});

test("versions to come may say more behind the same fields", () => {
  for (const value of [`cc-${traceId}-${parentSpanId}-01`, `cc-${traceId}-${parentSpanId}-01-what-comes`])
    assert.deepEqual(of(value), { traceId, parentSpanId }, value);
});

test("what is not valid names nothing", () => {
  for (const value of [
    "",
    `${valid} `,
    `${valid}-01`,
    `${valid}.`,
    valid.toUpperCase(),
    `ff-${traceId}-${parentSpanId}-01`,
    `0-${traceId}-${parentSpanId}-01`,
    `00-${"0".repeat(32)}-${parentSpanId}-01`,
    `00-${traceId}-${"0".repeat(16)}-01`,
    `00-${traceId.slice(1)}-${parentSpanId}-01`,
    `00-${traceId}-${parentSpanId}`,
    `00-${traceId}-${parentSpanId}-1`,
    `00-${traceId}-${parentSpanId}-0x`,
    `00_${traceId}_${parentSpanId}_01`,
    `cc-${traceId}-${parentSpanId}-01what`,
    `${valid}, ${valid}`,
  ])
    assert.equal(of(value), undefined, value);
  assert.equal(of(), undefined);
  assert.equal(of(valid, valid), undefined);
});
