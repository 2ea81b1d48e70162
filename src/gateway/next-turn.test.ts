// next-turn.test.ts: one turn for all that wait for it, in their order.
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextTurn } from "./next-turn.js";

test("all that wait in one turn go on together in the next, in order; later ones in a later one", async () => {
  const seen: string[] = [];
  setImmediate(() => seen.push("before"));
  const waiting = ["a", "b"].map(async (name) => {
    await nextTurn();
    seen.push(name);
    if (name === "a") void nextTurn().then(() => seen.push("later"));
  });
  setImmediate(() => seen.push("behind"));
  await Promise.all(waiting);
  await nextTurn();
  await nextTurn();
  assert.deepEqual(seen, ["before", "a", "b", "behind", "later"]);
});
