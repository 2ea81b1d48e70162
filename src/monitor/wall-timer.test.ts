// wall-timer.test.ts: the wall time's end is told once, never early, never not at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { until } from "../../test/support/until.js";
import { Meter } from "./meter.js";
import { wallTimer } from "./wall-timer.js";

const meter = (wallTimeMs: number) =>
  new Meter({ memoryBytes: 0, wallTimeMs, cpuTimeMs: Number.POSITIVE_INFINITY }, () => 0);

test("at any fraction of a millisecond it fires once, and when the time is really over", {
  timeout: 20_000,
}, async () => {
  const rests: number[] = [];
  for (let i = 0; i < 60; i++) {
    const each = meter(5 + i * 0.37);
    wallTimer(each, () => rests.push(each.wallRestMs));
    if (i % 10 === 0) await delay(1);
  }
  await until(() => rests.length >= 60);
  await delay(20);
  assert.equal(rests.length, 60);
  for (const rest of rests) assert.ok(rest <= 0, `it fired ${rest} ms early`);
});

test("disposed, it never fires", async () => {
  let fired = false;
  wallTimer(meter(50), () => {
    fired = true;
  })[Symbol.dispose]();
  await delay(70);
  assert.equal(fired, false);
});

test("no limit needs no timer, and a limit of years fires no warning and not now", async () => {
  const warned: Error[] = [];
  const warn = (warning: Error) => void warned.push(warning);
  process.on("warning", warn);
  for (const ms of [Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 45]) {
    const timer = wallTimer(meter(ms), () => assert.fail("it fired"));
    await delay(5);
    timer[Symbol.dispose]();
  }
  process.off("warning", warn);
  assert.deepEqual(warned, []);
});

test("it stops for wall time without an end, and watches again when told", { timeout: 20_000 }, async () => {
  const each = meter(50);
  let fired = 0;
  using timer = wallTimer(each, () => fired++);
  each.renew();
  await delay(70);
  assert.equal(fired, 0);
  each.startWall();
  timer.watch();
  timer.watch();
  await until(() => fired > 0);
  await delay(20);
  assert.equal(fired, 1);
});

test("watched again when the time is over already, it fires once", () => {
  const each = meter(0);
  let fired = 0;
  using timer = wallTimer(each, () => fired++);
  timer.watch();
  timer.watch();
  assert.equal(fired, 1);
});

test("a limit that became shorter is watched from then on", { timeout: 20_000 }, async () => {
  const each = meter(60_000);
  let fired = 0;
  using timer = wallTimer(each, () => fired++);
  each.renew({ memoryBytes: 0, cpuTimeMs: Number.POSITIVE_INFINITY, wallTimeMs: 5 });
  timer.rest();
  each.startWall();
  timer.watch();
  await until(() => fired > 0);
  await delay(20);
  assert.equal(fired, 1);
});

test("a timer at rest keeps no process alive, one that watches does", async () => {
  const holds = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
  const before = holds();
  const each = meter(10_000);
  using timer = wallTimer(each, () => assert.fail("it fired"));
  assert.equal(holds(), before + 1);
  each.renew();
  timer.rest();
  assert.equal(holds(), before);
  each.startWall();
  timer.watch();
  assert.equal(holds(), before + 1);
});
