// limits.test.ts: memory, wall time and CPU time end a VM, each with its own reason, whatever the guest is doing.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { BlockRead, HVT_HYPERCALL_BLOCK_READ, HVT_HYPERCALL_POLL, Poll } from "../../src/abi/hypercalls.js";
import {
  type BlockBackend,
  blockMemory,
  type Image,
  type Monitor,
  type Vm,
  type VmOptions,
} from "../../src/index.js";
import { app, runGuest } from "./support/apps.js";
import { GuestProgram } from "./support/guest-program.js";
import { isSlowHost, machineTest } from "./support/machines.js";

/** How much later than asked something may happen, ms. */
const LATE_MS = isSlowHost ? 5000 : 400;
const MIB = 1 << 20;

function polling(timeoutNs: bigint): GuestProgram {
  const program = new GuestProgram();
  const poll = program.struct(Poll, { timeout_nsecs: timeoutNs });
  return program.forever((loop) => loop.hypercall(HVT_HYPERCALL_POLL, poll));
}

function computing(): Image {
  return new GuestProgram().forever().image();
}

function readingBlocks(): Image {
  const program = new GuestProgram();
  const read = program.struct(BlockRead, { handle: 1n, data: BigInt(program.reserve(512)), len: 512n });
  program.forever((loop) => loop.hypercall(HVT_HYPERCALL_BLOCK_READ, read));
  return program.image({ devices: [{ name: "disk", type: "block" }] });
}

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
    const vm = monitor.create(await image(), { ...options, limits: { ...small, wallTimeMs: 60 } });
    const started = performance.now();
    const end = await vm.run();
    const lived = performance.now() - started;
    assert.equal(end.reason, "wall-time-limit", end.message);
    assert.match(end.message, /wall time of 60 ms/);
    assert.notEqual(end.report, undefined);
    assert.ok(lived >= 60 && lived < 60 + LATE_MS, `it lived ${lived} ms`);
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
  const { end, stats } = await runGuest(monitor, computing(), { limits: { ...small, cpuTimeMs: 30 } });
  assert.equal(end.reason, "cpu-time-limit");
  assert.match(end.message, /CPU time of 30 ms/);
  assert.ok(stats.cpuMs >= 30 && stats.cpuMs < 30 + LATE_MS, `it used ${stats.cpuMs} ms`);
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
  const { end, stats } = await runGuest(monitor, image, { limits: { ...small, cpuTimeMs: 75 } });
  assert.equal(end.status, 3, end.message);
  assert.ok(stats.cpuMs < 75 && stats.runMs >= 150);
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

/** Longest time between two ticks of a timer while something goes on, ms. */
async function longestPause(forMs: number): Promise<number> {
  let longest = 0;
  const started = performance.now();
  for (let last = started; last - started < forMs; ) {
    await delay(1);
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  return longest;
}

machineTest("two endless loops share the thread, and timers still come in time", async (monitor) => {
  const vms = [1, 2].map(() => monitor.create(computing(), { limits: small }));
  const runs = vms.map((vm) => vm.run());
  const pause = await longestPause(200);
  assert.ok(pause < (isSlowHost ? 1000 : 100), `a timer was ${pause} ms late`);
  const [first, second] = vms.map((vm) => vm.stats.cpuMs) as [number, number];
  assert.ok(first > 20 && second > 20, `${first} and ${second} ms of CPU time`);
  assert.ok(first / second > 0.5 && first / second < 2, `${first} and ${second} ms of CPU time`);
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
      const vm = monitor.create(image(), { ...options, limits: { ...small, wallTimeMs: 3000 } });
      const run = vm.run();
      const pause = await longestPause(100);
      assert.equal(vm.end, undefined);
      assert.ok(pause < (isSlowHost ? 1000 : 100), `a timer was ${pause} ms late`);
      vm.stop();
      assert.equal((await run).reason, "stopped");
    },
  );
}

machineTest("stop before run: not one instruction is executed", async (monitor) => {
  const vm = monitor.create(computing(), { limits: small });
  vm.stop();
  const end = await vm.run();
  assert.equal(end.reason, "stopped");
  assert.equal(vm.stats.exits.size, 0);
});

const stopCases: readonly [what: string, image: () => Image | Promise<Image>][] = [
  ["computes", computing],
  ["waits in poll", () => polling(2n ** 64n - 1n).image()],
  ["floods", () => polling(0n).image()],
  ["waits for a request", () => app("hello")],
];

for (const [what, image] of stopCases) {
  machineTest(`stop, and close, end a guest that ${what}`, async (monitor) => {
    for (const end of ["stop", "close"] as const) {
      const vm = monitor.create(await image(), { limits: small });
      const run = vm.run();
      await delay(10);
      assert.equal(vm.end, undefined);
      const asked = performance.now();
      const closed = end === "close" ? vm.close() : vm.stop();
      vm.stop();
      assert.equal((await run).reason, "stopped");
      assert.ok(performance.now() - asked < LATE_MS);
      await Promise.all([closed, vm.close(), vm.close()]);
      assert.equal(monitor.vms.size, 0);
      assert.equal((await vm.run()).reason, "stopped", "run gives the same end again");
      vm.stop();
    }
  });
}

machineTest("close before run, then run: ended, and nothing happens", async (monitor) => {
  const vm = monitor.create(computing(), { limits: small });
  await vm.close();
  assert.equal((await vm.run()).reason, "stopped");
  await assert.rejects(vm.exchange({ method: "GET", origin: "http://a", target: "/", headers: [] }), {
    code: "VM_ENDED",
  });
});

machineTest("stop and close from within the guest's own hypercall", async (monitor) => {
  for (const end of ["stop", "close", "run"] as const) {
    const seen: string[] = [];
    const program = new GuestProgram();
    const vm: Vm = monitor.create(program.print("a").print("b").halt(5).image(), {
      limits: small,
      console: (bytes) => {
        seen.push(Buffer.from(bytes).toString());
        void vm[end]();
      },
    });
    const { reason, status } = await vm.run();
    await vm.close();
    assert.deepEqual(
      [reason, status, seen.join("")],
      end === "run" ? ["halt", 5, "ab"] : ["stopped", 1, "a"],
    );
  }
});

/** A disk whose reads stay under way until they are let go, and that writes into the guest's memory then. */
function slowDisk(): BlockBackend & { release(): void; readonly pending: number; readonly closed: boolean } {
  let pending: (() => void)[] = [];
  const state = { closed: false };
  return {
    ...blockMemory(512),
    read: (_offset, into) =>
      new Promise((resolve) => {
        pending.push(() => {
          assert.equal(state.closed, false, "the disk was closed while a read was under way");
          into.fill(0x77);
          resolve();
        });
      }),
    close: () => {
      state.closed = true;
    },
    release(): void {
      for (const one of pending.splice(0)) one();
      pending = [];
    },
    get pending() {
      return pending.length;
    },
    get closed() {
      return state.closed;
    },
  };
}

machineTest("close during a block read waits for the read, then gives all back", async (monitor) => {
  const disk = slowDisk();
  const vm = monitor.create(readingBlocks(), { limits: small, devices: { disk } });
  const run = vm.run();
  await delay(5);
  assert.equal(disk.pending, 1);
  let isClosed = false;
  const closed = vm.close().then(() => {
    isClosed = true;
  });
  assert.equal((await run).reason, "stopped", "the end does not wait for the disk");
  await delay(20);
  assert.equal(isClosed, false, "its memory must stay until the read is over");
  disk.release();
  await closed;
  assert.equal(disk.closed, true);
});

machineTest("wall time ends a guest while its block read is under way", async (monitor) => {
  const disk = slowDisk();
  const vm = monitor.create(readingBlocks(), { limits: { ...small, wallTimeMs: 30 }, devices: { disk } });
  assert.equal((await vm.run()).reason, "wall-time-limit");
  const closed = vm.close();
  disk.release();
  await closed;
});

machineTest("closing the monitor ends all of its VMs", async () => {
  for (const machine of [await import("./support/machines.js").then(({ machines }) => machines[0]!)]) {
    const monitor: Monitor = machine.open();
    const runs = Array.from({ length: 5 }, (_, i) =>
      monitor.create(i % 2 === 0 ? computing() : polling(2n ** 62n).image(), { limits: small }).run(),
    );
    await delay(10);
    await monitor.close();
    for (const end of await Promise.all(runs)) assert.equal(end.reason, "stopped");
    assert.equal(monitor.vms.size, 0);
  }
});

machineTest("a host error in the console ends the VM and is told to whoever runs it", async (monitor) => {
  const refuse = () => {
    throw new Error("the reader went away");
  };
  for (const console of [refuse, async () => refuse()]) {
    const vm = monitor.create(new GuestProgram().print("x").halt().image(), { limits: small, console });
    await assert.rejects(vm.run(), /the reader went away/);
    assert.equal(vm.end?.reason, "stopped");
    await vm.close();
  }
  assert.equal((await runGuest(monitor, new GuestProgram().halt().image())).end.reason, "halt");
});

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
