// host-name.test.ts: hosts of routes and of requests come to one spelling.
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostNameOf, parseHostPattern, wildcardOf } from "./host-name.js";

for (const [text, expected] of [
  ["example.com", "example.com"],
  ["Example.COM.", "example.com"],
  ["*.Example.com", "*.example.com"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["127.0.0.1", "127.0.0.1"],
  ["[::1]", "[::1]"],
  ["[0:0::1]", "[::1]"],
] as const) {
  test(`"${text}" is the host ${expected}`, () => assert.equal(parseHostPattern(text), expected));
}

for (const text of [
  "",
  "*",
  "*.",
  "a.*.com",
  "*.*.com",
  "a.com:80",
  "http://a.com",
  "a.com/x",
  "a b",
  "::1",
  "*.[::1]",
  "*.0.0.1",
]) {
  test(`"${text}" is no host of a route`, () => assert.equal(parseHostPattern(text), undefined));
}

test("a request's host is told without its port", () => {
  const expected = {
    "a.com": "a.com",
    "A.com:80": "a.com",
    "a.com.:80": "a.com",
    "[::1]:80": "[::1]",
    "": "",
  };
  for (const [authority, name] of Object.entries(expected)) assert.equal(hostNameOf(authority), name);
});

test("one wildcard fits a name", () => {
  assert.equal(wildcardOf("api.example.com"), "*.example.com");
  assert.equal(wildcardOf("localhost"), undefined);
  assert.equal(wildcardOf(".com"), undefined);
});
