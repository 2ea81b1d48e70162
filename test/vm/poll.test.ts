// poll.test.ts: a guest waits for as long as it asked, or until a frame comes, and hardly longer.
import assert from "node:assert/strict";
import { HVT_HYPERCALL_POLL, Poll } from "../../src/abi/hypercalls.js";
import { createNetPair, type Image } from "../../src/index.js";
import { bestOf } from "../support/best-of.js";
import { app, runGuest } from "./support/apps.js";
import { GuestProgram } from "./support/guest-program.js";
import { isSlowHost, machineTest } from "./support/machines.js";

const MS = 1_000_000n;

for (const ms of [0, 1, 5, 50]) {
  machineTest(`poll waits ${ms} ms and hardly longer, by the guest's own clock`, async (monitor) => {
    const image = await app("sleep");
    const most = (isSlowHost ? 10 : 1.1) * ms + (isSlowHost ? 100 : 1.5);
    const best = await bestOf(most, async () => {
      const { end, text } = await runGuest(monitor, image, { args: [`${ms}`] });
      assert.equal(end.status, 0, text);
      const slept = Number(/slept (\d+) ns/.exec(text)![1]) / 1e6;
      assert.ok(slept >= ms, `it slept ${slept} ms`);
      return slept;
    });
    assert.ok(best <= most, `asked for ${ms} ms, got ${best} ms at best`);
  });
}

machineTest("a poll of less than a millisecond is not rounded up to many", async (monitor) => {
  const program = new GuestProgram();
  const poll = program.struct(Poll, { timeout_nsecs: 200_000n });
  for (let i = 0; i < 50; i++) program.hypercall(HVT_HYPERCALL_POLL, poll);
  const image = program.show(poll, Poll.size).halt().image();
  const most = isSlowHost ? 5000 : 150;
  const best = await bestOf(most, async () => {
    const { runMs } = (await runGuest(monitor, image)).stats;
    assert.ok(runMs >= 10, `50 polls took ${runMs} ms`);
    return runMs;
  });
  assert.ok(best < most, `50 polls took ${best} ms at best`);
});

/** A guest that polls once and shows the result. */
function pollingOnce(timeoutNs: bigint, devices: readonly string[]): Image {
  const program = new GuestProgram();
  const poll = program.struct(Poll, { timeout_nsecs: timeoutNs, ready_set: ~0n & 0xffn, ret: 99 });
  return program
    .hypercall(HVT_HYPERCALL_POLL, poll)
    .show(poll, Poll.size)
    .halt()
    .image({ devices: devices.map((name) => ({ name, type: "net" })) });
}

machineTest("poll that times out reports nothing ready", async (monitor) => {
  const [port] = createNetPair();
  const { output } = await runGuest(monitor, pollingOnce(1_000_000n, ["lan"]), { devices: { lan: port } });
  const { ready_set, ret } = Poll.read(output);
  assert.deepEqual([ready_set, ret], [0n, 0]);
});

machineTest("a frame wakes a poll at once, and poll tells which device has it", async (monitor) => {
  const most = isSlowHost ? 4000 : 250;
  const best = await bestOf(most, async () => {
    const [a] = createNetPair();
    const [b, far] = createNetPair();
    let sentAt = 0;
    setTimeout(() => {
      sentAt = performance.now();
      far.send(new Uint8Array(60));
    }, 20);
    const { output } = await runGuest(monitor, pollingOnce(5_000n * MS, ["a", "b"]), { devices: { a, b } });
    const { ready_set, ret } = Poll.read(output);
    assert.deepEqual([ready_set, ret], [1n << 2n, 1]);
    assert.ok(sentAt > 0, "it did not wait");
    return performance.now() - sentAt;
  });
  assert.ok(best < most, `the frame woke it after ${best} ms at best`);
});

machineTest(
  "poll does not wait while frames are there, and tells all devices that have one",
  async (monitor) => {
    const [a, farA] = createNetPair();
    const [b, farB] = createNetPair();
    for (const port of [farA, farB]) port.send(new Uint8Array(60));
    const { output, stats } = await runGuest(monitor, pollingOnce(5_000n * MS, ["a", "b"]), {
      devices: { a, b },
    });
    const { ready_set, ret } = Poll.read(output);
    assert.deepEqual([ready_set, ret], [0b110n, 2]);
    assert.ok(stats.runMs < 4000);
  },
);
