// poll.test.ts: the poll hypercall without a VM: how long it waits, what wakes it, what it tells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { HVT_HYPERCALL_POLL, Poll } from "../abi/hypercalls.js";
import type { ReadySource } from "../device/ready-source.js";
import { TestGuest } from "../device/test-guest.fixture.js";
import { GuestFault } from "../machine/guest-fault.js";
import { PollDevice } from "./poll.js";

/** A source that is ready when the test says so. */
class Source implements ReadySource {
  ready = 0n;
  readonly listeners = new Set<() => void>();

  readyHandles(): bigint {
    return this.ready;
  }

  onceReadable(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  become(ready: bigint): void {
    this.ready = ready;
    for (const listener of [...this.listeners]) {
      this.listeners.delete(listener);
      listener();
    }
  }
}

function poll(device: PollDevice, timeout_nsecs: bigint, guest = new TestGuest()) {
  return guest.call(device, HVT_HYPERCALL_POLL, Poll, { timeout_nsecs, ready_set: 0xffn, ret: -1 });
}

const HOUR = 3_600_000_000_000n;

test("a poll of 0 ns answers at once", () => {
  const guest = new TestGuest();
  const device = new PollDevice([]);
  assert.equal(device.answers.get(0x503)!(guest.memory, 0x3000), undefined);
});

test("a poll ends when its time is over, not before, and nothing is ready", async () => {
  for (const ms of [0.2, 1, 7.5]) {
    const started = performance.now();
    const { ready_set, ret } = await poll(new PollDevice([new Source()]), BigInt(ms * 1e6));
    assert.ok(performance.now() - started >= ms);
    assert.deepEqual([ready_set, ret], [0n, 0]);
  }
});

test("what is ready already is told at once, with the number of handles", async () => {
  const source = new Source();
  source.ready = 0b1010n | (1n << 63n);
  const { ready_set, ret } = await poll(new PollDevice([source]), HOUR);
  assert.deepEqual([ready_set, ret], [source.ready, 3]);
  assert.equal(source.listeners.size, 0);
});

test("a handle that becomes ready ends the wait, and nobody listens afterwards", async () => {
  const source = new Source();
  const done = poll(new PollDevice([source]), HOUR);
  setTimeout(() => source.become(0b100n), 5);
  const { ready_set, ret } = await done;
  assert.deepEqual([ready_set, ret], [0b100n, 1]);
  assert.equal(source.listeners.size, 0);
});

test("a time-out also stops listening", async () => {
  const source = new Source();
  await poll(new PollDevice([source]), 1_000_000n);
  assert.equal(source.listeners.size, 0);
});

test("close ends a wait of any length, and leaves no timer behind", async () => {
  for (const timeout of [HOUR, 2n ** 63n, 2n ** 64n - 1n]) {
    const device = new PollDevice([]);
    const timers = () => process.getActiveResourcesInfo().filter((what) => what === "Timeout").length;
    const before = timers();
    const done = poll(device, timeout);
    assert.equal(timers(), before + 1);
    device.close();
    assert.equal((await done).ret, 0);
    assert.equal(timers(), before);
    device.close();
  }
});

test("a device can be polled again after every way in which a poll can end", async () => {
  const source = new Source();
  const device = new PollDevice([source]);
  const guest = new TestGuest();
  await poll(device, 100_000n, guest);
  const closed = poll(device, HOUR, guest);
  device.close();
  await closed;
  const woken = poll(device, HOUR, guest);
  source.become(1n);
  assert.equal((await woken).ret, 1);
});

test("an argument that the guest may not write ends the guest", () => {
  const guest = new TestGuest();
  const answer = new PollDevice([]).answers.get(0x503)!;
  assert.throws(() => answer(guest.memory, 0x1000), GuestFault);
  assert.throws(() => answer(guest.memory, 0xffff_fff8), GuestFault);
});
