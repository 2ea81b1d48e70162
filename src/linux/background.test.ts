// background.test.ts: calls on other threads: more at once than koffi takes are made all the same.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { O_RDONLY, open } from "./descriptor.js";

/** koffi's own bound is 256. */
const MANY = 900;

test("descriptors that are closed all at once are all closed", async () => {
  const before = readdirSync("/proc/self/fd").length;
  const descriptors = Array.from({ length: MANY }, () => open("/dev/null", O_RDONLY));
  assert.equal(readdirSync("/proc/self/fd").length, before + MANY);
  await Promise.all(descriptors.map((each) => each.closeInBackground()));
  assert.equal(readdirSync("/proc/self/fd").length, before);
});
