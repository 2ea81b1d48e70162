// look-up.test.ts: names are looked up a few at a time, and none for nobody.
import assert from "node:assert/strict";
import { test } from "node:test";
import { guardedLookup } from "./look-up.js";

test("a look-up that nobody wants any more takes no turn in the queue", () => {
  const begun: string[] = [];
  const finish: (() => void)[] = [];
  const lookup = guardedLookup((name, _options, done) => {
    begun.push(name);
    finish.push(() => done(null, [{ address: "192.0.2.1", family: 4 }]));
  });
  const ended: string[] = [];
  let isWanted = true;
  for (let at = 0; at < 50; at++)
    lookup(
      () => true,
      () => isWanted,
    )(`slow${at}.test`, { all: true }, () => void ended.push(`slow${at}.test`));
  isWanted = false;
  lookup(
    () => true,
    () => true,
  )("wanted.test", { all: true }, () => void ended.push("wanted.test"));
  assert.deepEqual(begun, ["slow0.test", "slow1.test"]);
  finish.shift()?.();
  assert.deepEqual(begun, ["slow0.test", "slow1.test", "wanted.test"]);
  assert.equal(ended.length, 49);
});
