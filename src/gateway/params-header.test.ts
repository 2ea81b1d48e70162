// params-header.test.ts: parameters as a header: JSON in ASCII, with a bound.
import assert from "node:assert/strict";
import { test } from "node:test";
import { paramsHeader } from "./params-header.js";

test("parameters become JSON in ASCII", () => {
  const params = { id: 'ü"\n😀\u007f', rest: "a/b" };
  const [[name, value] = ["", ""]] = paramsHeader(params);
  assert.equal(name, "mayfly-params");
  assert.match(value, /^[\x20-\x7e]+$/);
  assert.deepEqual(JSON.parse(value), params);
});

test("a route without parameters has no header", () => assert.deepEqual(paramsHeader({}), []));

test("parameters that are too long are refused with 431", () => {
  assert.throws(() => paramsHeader({ rest: "\0".repeat(2000) }), { status: 431, code: "head-too-large" });
});
