// write-head.test.ts: one head for two versions of HTTP.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { writeHead } from "./write-head.js";

function written(req: object, headers: string[]): unknown {
  let got: unknown;
  const out = {
    req,
    writeHead(_status: number, fields: unknown) {
      got = fields;
    },
  };
  writeHead(out as unknown as ServerResponse, 200, headers);
  return got;
}

const headers = [
  ...["X-A", "1", "set-cookie", "a=1", "x-a", "2"],
  ...["set-cookie", "b=2", "connection", "close"],
];

test("HTTP/1.1 gets a head as it is", () => {
  assert.deepEqual(written({}, headers), headers);
});

test("HTTP/2 gets each field once, cookies as a list, and nothing of the connection", () => {
  assert.deepEqual(written({ stream: {} }, headers), { "x-a": "1, 2", "set-cookie": ["a=1", "b=2"] });
});
