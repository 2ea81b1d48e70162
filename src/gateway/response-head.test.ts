// response-head.test.ts: what becomes of a guest's response head.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderList } from "../monitor/exchange/message.js";
import { cleanResponseHead } from "./response-head.js";

function clean(headers: HeaderList, { status = 200, method = "GET" } = {}) {
  return cleanResponseHead({ status, headers }, method);
}

test("content-length is a promise, and headers of the connection and the date are left out", () => {
  const head = clean([
    ["X-A", "1"],
    ["Date", "yesterday"],
    ["Transfer-Encoding", "chunked"],
    ["Content-Length", "5"],
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ]);
  assert.deepEqual(head, {
    status: 200,
    headers: ["x-a", "1", "set-cookie", "a=1", "set-cookie", "b=2"],
    promisedLength: 5,
    hasBody: true,
  });
});

for (const values of [
  ["x"],
  ["-1"],
  ["+1"],
  ["1.0"],
  ["1e3"],
  [""],
  ["5", "6"],
  ["5, 5"],
  ["9".repeat(16)],
]) {
  test(`content-length ${values.map((value) => `"${value}"`).join(" and ")} is a bad response`, () => {
    const headers = values.map((value) => ["content-length", value] as const);
    assert.throws(() => clean(headers), { status: 502, code: "bad-response", reason: "content-length" });
  });
}

test("the same content-length twice is one", () => {
  const twice: HeaderList = [
    ["content-length", "5"],
    ["content-length", "5"],
  ];
  assert.equal(clean(twice).promisedLength, 5);
});

test("responses that have no body promise none", () => {
  const length: HeaderList = [["content-length", "5"]];
  const without = (headers: string[], status: number) => ({
    status,
    headers,
    promisedLength: undefined,
    hasBody: false,
  });
  assert.deepEqual(clean(length, { status: 204 }), without([], 204));
  assert.deepEqual(clean(length, { status: 205 }), without(["content-length", "0"], 205));
  assert.deepEqual(clean(length, { status: 304 }), without(["content-length", "5"], 304));
  assert.deepEqual(clean(length, { method: "HEAD" }), without(["content-length", "5"], 200));
});
