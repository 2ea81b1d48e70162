// thrown.test.ts: what a guest tells of an error is read within bounds, whatever it says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { originsOf, thrownFrom } from "./thrown.js";

const asTold = (words: string): string => words;

test("errors within errors, and lines without end, are read so far and no further", () => {
  let told: object = { name: "E", stack: "\n".repeat(60_000) };
  for (let depth = 0; depth < 1000; depth++) told = { name: "E", message: "m", errors: [told], cause: told };
  const origins = originsOf(thrownFrom(told, asTold));
  assert.ok(origins.length <= 64 * 1024, `${origins.length} characters`);
});

test("texts are cut where all of them together become too long", () => {
  const { message, stack } = thrownFrom({ message: "m".repeat(100_000), stack: "s" }, asTold);
  assert.deepEqual([message.length, stack], [32 * 1024, ""]);
});
