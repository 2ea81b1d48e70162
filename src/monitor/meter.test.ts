// meter.test.ts: the guest's own clock is read seldom, and nothing that it shows is lost or late.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { threadCpuTime } from "../linux/thread-clock.js";
import type { Limits } from "./limits.js";
import { Meter } from "./meter.js";

const UNLIMITED: Limits = {
  memoryBytes: 0,
  wallTimeMs: Number.POSITIVE_INFINITY,
  cpuTimeMs: Number.POSITIVE_INFINITY,
};

/** A clock of a guest that uses nothing but what the test says, and tells how often it was read. */
function guestClock() {
  const clock = {
    ms: 0,
    readings: 0,
    read: () => {
      clock.readings++;
      return clock.ms;
    },
  };
  return clock;
}

/** A turn that uses so much CPU time: on a busy host the thread may not run at once, and then time alone is no work. */
function busyTurn(meter: Meter, ms: number, guestWorks = () => {}): void {
  meter.beginTurn();
  guestWorks();
  const end = threadCpuTime() + ms;
  while (threadCpuTime() < end);
  meter.endTurn();
}

test("many short turns share a reading of the guest's clock, and none of its time is lost", () => {
  const clock = guestClock();
  const meter = new Meter(UNLIMITED, clock.read);
  const guestWorks = () => {
    clock.ms += 10;
  };
  for (let turn = 0; turn < 100; turn++) busyTurn(meter, 0.001, guestWorks);
  assert.ok(clock.readings < 60, `${clock.readings} readings`);
  assert.ok(meter.cpuMs >= 1000, `${meter.cpuMs} ms`);
});

test("a guest that may have used up its CPU time is looked at after every turn", () => {
  const clock = guestClock();
  const meter = new Meter({ ...UNLIMITED, cpuTimeMs: 4 }, clock.read);
  let threadMs = 0;
  while (meter.spent() === undefined) {
    assert.ok(threadMs + clock.ms < 4, `${threadMs + clock.ms} ms are used up`);
    busyTurn(meter, 0.3, () => {
      clock.ms += 0.3;
    });
    threadMs += 0.3;
  }
});

test("a turn may last no longer than the CPU time that is surely left", () => {
  const meter = new Meter({ ...UNLIMITED, cpuTimeMs: 2 }, () => 0);
  busyTurn(meter, 0.5);
  const rest = meter.beginTurn() - performance.now();
  assert.ok(rest <= 1.5, `${rest} ms`);
});

test("after renew the whole CPU time is there again, and wall time stands still until it is started", async () => {
  const meter = new Meter({ ...UNLIMITED, cpuTimeMs: 2, wallTimeMs: 200 }, () => 0);
  busyTurn(meter, 2.1);
  assert.equal(meter.spent(), "cpu-time-limit");
  meter.renew();
  await delay(210);
  assert.equal(meter.spent(), undefined);
  assert.equal(meter.wallRestMs, Number.POSITIVE_INFINITY);
  busyTurn(meter, 2.1);
  assert.equal(meter.spent(), "cpu-time-limit");
  assert.ok(meter.cpuMs >= 4.2, "the bill is of all turns");

  meter.renew();
  meter.startWall();
  const rest = meter.wallRestMs;
  assert.ok(rest > 0 && rest <= 200, `${rest} ms`);
  await delay(210);
  meter.startWall();
  assert.equal(meter.spent(), "wall-time-limit", "a second start changes nothing");
});
