// guest-failure.test.ts: whose fault a failure is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FunctionError } from "../function/function-error.js";
import { failureOf } from "./guest-failure.js";

test("a function that fails while it warms up is not the host's failure", () => {
  const cause = new FunctionError("FUNCTION_NOT_STARTED", "app did not start, while it warmed up");
  const { status, code, reason } = failureOf(cause, undefined);
  assert.deepEqual([status, code, reason], [500, "function-failed", "FUNCTION_NOT_STARTED"]);
});
