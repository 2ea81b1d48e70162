// call-graph.test.ts: every cycle of calls contains a function that was found, and functions on no cycle were not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CallSites, cyclic, recursionPoints } from "./call-graph.js";

function functions(calls: Record<string, string>, indirect: Record<string, number[]> = {}): CallSites[] {
  return Object.entries(calls).map(([name, callees]) => ({
    name,
    calls: new Set(callees.split("")),
    indirectTypes: new Set(indirect[name] ?? []),
  }));
}

test("cyclic finds loops of any length, and nothing that only leads to one", () => {
  const edges = new Map(Object.entries({ a: "b", b: "c", c: "db", d: "e", e: "", f: "f", g: "f" }));
  const lists = new Map([...edges].map(([from, to]) => [from, to.split("")] as const));
  assert.deepEqual([...cyclic(lists)].sort(), ["b", "c", "f"]);
});

test("cyclic needs no stack of its own for a long chain", () => {
  const nodes = Array.from({ length: 100_000 }, (_, i) => String(i));
  const edges = new Map(nodes.map((node, i) => [node, [String((i + 1) % nodes.length)]] as const));
  assert.equal(cyclic(edges).size, nodes.length);
});

test("functions that call themselves by name are recursion points", () => {
  const { points } = recursionPoints(functions({ a: "b", b: "a", c: "a", d: "d" }), new Map());
  assert.deepEqual([...points].sort(), ["a", "b", "d"]);
});

test("of a cycle through the table, the one that calls through it is a recursion point", () => {
  const calls = functions({ a: "b", b: "", c: "", d: "" }, { b: [1], d: [2] });
  const targets = new Map([
    [1, ["a", "c"]],
    [2, ["c"]],
  ]);
  const { points, reachable } = recursionPoints(calls, targets);
  assert.deepEqual([...points], ["b"]);
  assert.deepEqual([...reachable].sort(), ["a", "b"]);
});

test("what is called and not defined is no function", () => {
  assert.equal(recursionPoints(functions({ a: "xy" }), new Map()).points.size, 0);
});
