// routes.test.ts: which route a target finds.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Guests } from "./guests.js";
import { RouteTable } from "./routes.js";

function find(paths: readonly string[], target: string): string | undefined {
  // Matching never looks at what answers.
  const guests = {} as Guests;
  const table = new RouteTable(paths.map((path) => ({ path, guests, bodyBytes: 0 })));
  return table.match(target)?.path;
}

const paths = ["/hello", "/files/*", "/files/new/*", "/files/new/one", "/"];

const cases: [target: string, path: string | undefined][] = [
  ["/hello", "/hello"],
  ["/hello?name=x", "/hello"],
  ["/hello/", undefined],
  ["/hell", undefined],
  ["/Hello", undefined],
  ["/%68ello", undefined],
  ["/files", "/files/*"],
  ["/files?x", "/files/*"],
  ["/files/", "/files/*"],
  ["/files/a/b", "/files/*"],
  ["/filesystem", undefined],
  ["/files/new", "/files/new/*"],
  ["/files/new/two", "/files/new/*"],
  ["/files/new/one", "/files/new/one"],
  ["/files/newer", "/files/*"],
  ["/", "/"],
  ["/?/hello", "/"],
  ["*", undefined],
  ["", undefined],
];

for (const [target, path] of cases) {
  test(`target "${target}" finds ${path ?? "no route"}`, () => assert.equal(find(paths, target), path));
}

test("/* finds every path that no other route has", () => {
  assert.equal(find(["/*", "/a"], "/a"), "/a");
  assert.equal(find(["/*", "/a"], "/a/b"), "/*");
  assert.equal(find(["/*", "/a"], "/"), "/*");
});
