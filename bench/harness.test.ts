// harness.test.ts: turns are taken in order, warm-up does not count.
import assert from "node:assert/strict";
import { test } from "node:test";
import { takeTurns, timed } from "./harness.js";

test("contestants take turns, and the warm-up's samples are dropped", async () => {
  const turns: string[] = [];
  const told: string[] = [];
  const contestant = (name: string) => async () => {
    turns.push(name);
    return [turns.length];
  };
  const samples = await takeTurns(
    { a: contestant("a"), b: contestant("b") },
    { rounds: 2, warmUp: 1, progress: (done, of) => told.push(`${done}/${of}`) },
  );
  assert.equal(turns.join(""), "ababab");
  assert.deepEqual(samples, { a: [[3], [5]], b: [[4], [6]] });
  assert.deepEqual(told, ["0/3", "1/3", "2/3"]);
});

test("timed waits for what it times", async () => {
  const ms = await timed(() => new Promise((resolve) => setTimeout(resolve, 20)));
  assert.ok(ms >= 19 && ms < 2000, `${ms} ms`);
});
