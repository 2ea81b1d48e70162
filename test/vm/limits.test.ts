// limits.test.ts: memory, wall time and CPU time end a VM, each with its own reason, whatever the guest is doing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { HVT_HYPERCALL_POLL, Poll } from "../../src/abi/hypercalls.js";
import { blockMemory, type Image, type VmOptions } from "../../src/index.js";
import { bestOf } from "../support/best-of.js";
import { until } from "../support/until.js";
import { app, runGuest } from "./support/apps.js";
import { computing, polling, readingBlocks } from "./support/endless-guests.js";
import { GuestProgram } from "./support/guest-program.js";
import { isSlowHost, machineTest } from "./support/machines.js";

/** How much later than asked something may happen, ms. */
const LATE_MS = isSlowHost ? 5000 : 400;
const MIB = 1 << 20;

const small = { memoryMiB: 4 };

const wallCases: readonly [what: string, image: () => Image | Promise<Image>, options?: VmOptions][] = [
  ["computes", computing],
  ["polls for an hour", () => polling(3_600_000_000_000n).image()],
  ["polls for the longest time there is", () => polling(2n ** 64n - 1n).image()],
  ["polls for a nanosecond, again and again", () => polling(1n).image()],
  ["floods the monitor with hypercalls", () => polling(0n).image()],
  ["waits for a request", () => app("hello")],
  [
    "waits for a slow console",
    () => new GuestProgram().print("x").forever().image(),
    { console: () => delay(200) },
  ],
];

for (const [what, image, options] of wallCases) {
  machineTest(`a guest that ${what} ends when its wall time is over, not before`, async (monitor) => {
    const best = await bestOf(60 + LATE_MS, async () => {
      await using vm = monitor.create(await image(), { ...options, limits: { ...small, wallTimeMs: 60 } });
      const started = performance.now();
      const end = await vm.run();
      const lived = performance.now() - started;
      assert.equal(end.reason, "wall-time-limit", end.message);
      assert.match(end.message, /wall time of 60 ms/);
      assert.notEqual(end.report, undefined);
      assert.ok(lived >= 60, `it lived ${lived} ms`);
      return lived;
    });
    assert.ok(best < 60 + LATE_MS, `it lived ${best} ms at best`);
  });
}

machineTest(
  "the wall time of a guest that waits never fails to end it, at any fraction of a millisecond",
  async (monitor) => {
    const image = polling(2n ** 64n - 1n).image();
    const ends = Array.from({ length: 40 }, async (_, i) => {
      const wallTimeMs = 20 + i * 1.37;
      await delay(i % 7);
      const vm = monitor.create(image, { limits: { ...small, wallTimeMs } });
      const started = performance.now();
      const { reason } = await vm.run();
      assert.equal(reason, "wall-time-limit");
      assert.ok(performance.now() - started >= wallTimeMs);
      await vm.close();
    });
    await Promise.all(ends);
  },
);

machineTest("a wall time longer than timers can wait is no short one", async (monitor) => {
  const vm = monitor.create(polling(20_000_000n).image(), { limits: { ...small, wallTimeMs: 2 ** 40 } });
  const run = vm.run();
  await delay(30);
  assert.equal(vm.end, undefined);
  vm.stop();
  assert.equal((await run).reason, "stopped");
});

machineTest("a guest that computes ends when its CPU time is used up", async (monitor) => {
  const best = await bestOf(30 + LATE_MS, async () => {
    const { end, stats } = await runGuest(monitor, computing(), { limits: { ...small, cpuTimeMs: 30 } });
    assert.equal(end.reason, "cpu-time-limit");
    assert.match(end.message, /CPU time of 30 ms/);
    assert.ok(stats.cpuMs >= 30, `it used ${stats.cpuMs} ms`);
    return stats.cpuMs;
  });
  assert.ok(best < 30 + LATE_MS, `it used ${best} ms at best`);
});

machineTest("work that the host does on a guest's behalf is the guest's CPU time", async (monitor) => {
  const program = new GuestProgram();
  const image = program.forever((loop) => loop.show(0x30_0000, MIB)).image();
  let hashed = 0;
  const hash = createHash("sha256");
  const { end, stats } = await runGuest(monitor, image, {
    limits: { ...small, cpuTimeMs: 50 },
    console: (bytes) => {
      hash.update(bytes);
      hashed += bytes.length;
    },
  });
  assert.equal(end.reason, "cpu-time-limit");
  assert.ok(hashed > 0 && stats.cpuMs >= 50);
});

machineTest("a flood of hypercalls uses up CPU time", async (monitor) => {
  const { end } = await runGuest(monitor, polling(0n).image(), { limits: { ...small, cpuTimeMs: 30 } });
  assert.equal(end.reason, "cpu-time-limit");
});

machineTest("a flood of exceptions that the guest handles uses up CPU time", async (monitor) => {
  const devices = { storage: blockMemory(512), service0: silentNet() };
  const options = { args: ["loop-faults"], devices, limits: { memoryMiB: 16, cpuTimeMs: 30 } };
  const { end } = await runGuest(monitor, await app("misdeed"), options);
  assert.equal(end.reason, "cpu-time-limit");
});

machineTest("waiting uses no CPU time", async (monitor) => {
  const program = new GuestProgram();
  const poll = program.struct(Poll, { timeout_nsecs: 150_000_000n });
  const image = program.hypercall(HVT_HYPERCALL_POLL, poll).halt(3).image();
  const share = await bestOf(0.5, async () => {
    const { end, stats } = await runGuest(monitor, image, { limits: small });
    assert.equal(end.status, 3, end.message);
    assert.ok(stats.runMs >= 150);
    return stats.cpuMs / stats.runMs;
  });
  assert.ok(share < 0.5, `${Math.round(share * 100)} % of the time that the guest waited`);
});

machineTest("short polls, again and again, do not keep the host busy", async (monitor) => {
  const share = await bestOf(0.8, async () => {
    const before = process.cpuUsage();
    const started = performance.now();
    await runGuest(monitor, polling(900_000n).image(), { limits: { ...small, wallTimeMs: 300 } });
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (performance.now() - started);
  });
  assert.ok(share < 0.8, `${Math.round(share * 100)} % of a CPU for a guest that waits`);
});

machineTest("a guest that touches memory behind its end is told so by its own reason", async (monitor) => {
  const touch = (address: number) => new GuestProgram().load("rbx", address).raw(0x88, 0x03).halt().image();
  const { end } = await runGuest(monitor, touch(4 * MIB), { limits: small });
  assert.equal(end.reason, "memory-limit");
  assert.match(end.message, /0x400000, behind the end of its 4 MiB/);
  assert.equal(end.report?.address, BigInt(4 * MIB));
  const wild = await runGuest(monitor, touch(2 ** 40), { limits: small });
  assert.equal(wild.end.reason, "exception", "far behind the end is a wild pointer");
});

machineTest("a jump behind the end of memory is an exception, not a want of memory", async (monitor) => {
  const image = new GuestProgram()
    .load("rbx", 5 * MIB)
    .raw(0xff, 0xe3)
    .image(); // jmp rbx
  const { end } = await runGuest(monitor, image, { limits: small });
  assert.equal(end.reason, "exception");
  assert.equal(end.report?.address, BigInt(5 * MIB));
});

for (const limits of [
  { memoryMiB: 1 },
  { memoryMiB: 4097 },
  { memoryMiB: Number.NaN },
  { memoryMiB: 3.0001 },
  { wallTimeMs: 0 },
  { wallTimeMs: -1 },
  { cpuTimeMs: 0 },
  { cpuTimeMs: Number.NaN },
]) {
  machineTest(`limits of ${JSON.stringify(limits)} are refused`, async (monitor) => {
    assert.throws(() => monitor.create(computing(), { limits }), { code: "OPTION_INVALID" });
    assert.equal(monitor.vms.size, 0);
  });
}

/** How long a timer of 1 ms usually takes while something goes on, ms: the median, because the host has other work, too. */
async function usualPause(forMs: number): Promise<number> {
  const pauses: number[] = [];
  const started = performance.now();
  for (let last = started; last - started < forMs; ) {
    await delay(1);
    const now = performance.now();
    pauses.push(now - last);
    last = now;
  }
  return pauses.sort((a, b) => a - b)[pauses.length >> 1]!;
}

/** Two slices, and some room. */
const USUAL_PAUSE_MS = isSlowHost ? 1000 : 80;

machineTest("two endless loops share the thread, and timers still come in time", async (monitor) => {
  const vms = [1, 2].map(() => monitor.create(computing(), { limits: small }));
  const runs = vms.map((vm) => vm.run());
  const pause = await bestOf(USUAL_PAUSE_MS, () => usualPause(isSlowHost ? 2000 : 300));
  assert.ok(pause < USUAL_PAUSE_MS, `a timer of 1 ms takes ${pause} ms`);
  await until(() => vms.reduce((sum, vm) => sum + vm.stats.cpuMs, 0) > 200);
  const [first, second] = vms.map((vm) => vm.stats.cpuMs) as [number, number];
  assert.ok(first / second > 0.33 && first / second < 3, `${first} and ${second} ms of CPU time`);
  for (const vm of vms) vm.stop();
  for (const end of await Promise.all(runs)) assert.equal(end.reason, "stopped");
});

const atOnce: readonly [what: string, image: () => Image, options: VmOptions][] = [
  [
    "an asynchronous console",
    () => new GuestProgram().forever((loop) => loop.print("x")).image(),
    { console: async () => {} },
  ],
  ["polls of a nanosecond", () => polling(1n).image(), {}],
  [
    "an asynchronous disk",
    readingBlocks,
    { devices: { disk: { ...blockMemory(512), read: async () => {}, write: async () => {} } } },
  ],
];

for (const [what, image, options] of atOnce) {
  machineTest(
    `a guest that is answered at once, by ${what}, does not starve the event loop`,
    async (monitor) => {
      const vm = monitor.create(image(), { ...options, limits: { ...small, wallTimeMs: 60_000 } });
      const run = vm.run();
      const pause = await bestOf(USUAL_PAUSE_MS, () => usualPause(150));
      assert.equal(vm.end, undefined);
      assert.ok(pause < USUAL_PAUSE_MS, `a timer of 1 ms takes ${pause} ms`);
      vm.stop();
      assert.equal((await run).reason, "stopped");
    },
  );
}

function silentNet() {
  return {
    mtu: 1500,
    mac: Uint8Array.of(2, 0, 0, 0, 0, 1),
    readable: false,
    read: () => 0,
    write: () => {},
    onceReadable: () => () => {},
    close: () => {},
  };
}
