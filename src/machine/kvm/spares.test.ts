// spares.test.ts: what lies ready is made behind the one that was taken, and is gone when the host is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../../test/support/until.js";
import type { KvmCore } from "./core.js";
import { Spares } from "./spares.js";

/** Counts what is open. */
function counted(): { open: () => KvmCore; made: () => number; left: () => number } {
  let [made, left] = [0, 0];
  const close = async () => void left--;
  return {
    open: () => {
      made++;
      left++;
      return { close } as KvmCore;
    },
    made: () => made,
    left: () => left,
  };
}

test("none is made before it is needed unless that is wanted", async () => {
  const { open, made } = counted();
  const spares = new Spares(0, open);
  await spares.take().close();
  await delay(5);
  assert.equal(made(), 1);
  await spares.close();
});

test("one that was taken is replaced, and all are closed in the end", { timeout: 20_000 }, async () => {
  const { open, made, left } = counted();
  const spares = new Spares(2, open);
  await until(() => made() === 2);
  const core = spares.take();
  assert.equal(made(), 2, "the taken one lay ready");
  await until(() => made() === 3);
  await core.close();
  await spares.close();
  assert.equal(left(), 0);
  await delay(5);
  assert.equal(made(), 3, "nothing is made any more");
});

test("a host that cannot make one is told when one is needed", async () => {
  const spares = new Spares(1, () => {
    throw new Error("ENOMEM");
  });
  await delay(5);
  assert.throws(() => spares.take(), /ENOMEM/);
  await spares.close();
});
