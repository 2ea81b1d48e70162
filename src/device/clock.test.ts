// clock.test.ts: the guest is told the host's time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HVT_HYPERCALL_WALLTIME, Walltime } from "../abi/hypercalls.js";
import { GuestFault } from "../machine/guest-fault.js";
import { ClockDevice } from "./clock.js";
import { DATA_END, RODATA, TestGuest } from "./test-guest.fixture.js";

test("walltime is the host's clock, in nanoseconds", async () => {
  const guest = new TestGuest();
  const before = BigInt(Date.now()) * 1_000_000n;
  const { nsecs } = await guest.call(new ClockDevice(), HVT_HYPERCALL_WALLTIME, Walltime, {});
  const afterwards = BigInt(Date.now() + 1) * 1_000_000n;
  assert.ok(before <= nsecs && nsecs <= afterwards, `${nsecs} lies between ${before} and ${afterwards}`);
});

test("walltime takes the clock that it is given", async () => {
  const clock = new ClockDevice(() => 1_700_000_000_123_456_789n);
  const { nsecs } = await new TestGuest().call(clock, HVT_HYPERCALL_WALLTIME, Walltime, {});
  assert.equal(nsecs, 1_700_000_000_123_456_789n);
});

test("walltime writes only where the guest may", async () => {
  for (const at of [RODATA, DATA_END - 4, 0]) {
    const guest = new TestGuest();
    await assert.rejects(guest.call(new ClockDevice(), HVT_HYPERCALL_WALLTIME, Walltime, {}, at), GuestFault);
    assert.ok(guest.slice(at, 8).every((byte) => byte === 0));
  }
});
