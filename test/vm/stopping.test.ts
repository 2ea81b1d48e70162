// stopping.test.ts: stop and close at any moment: before a run, within a hypercall, during a wait, while a disk is read.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { type BlockBackend, blockMemory, type Image, type Vm } from "../../src/index.js";
import { bestOf } from "../support/best-of.js";
import { until } from "../support/until.js";
import { app, runGuest } from "./support/apps.js";
import { computing, polling, readingBlocks } from "./support/endless-guests.js";
import { GuestProgram } from "./support/guest-program.js";
import { isSlowHost, machineTest } from "./support/machines.js";

/** How much later than asked something may happen, ms. */
const LATE_MS = isSlowHost ? 5000 : 400;
const small = { memoryMiB: 4 };
/** A limit that passes within one turn: longer than a boot takes, ms. */
const TURN_MS = isSlowHost ? 2000 : 300;

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
      const best = await bestOf(LATE_MS, async () => {
        const vm = monitor.create(await image(), { limits: small });
        const run = vm.run();
        await delay(10);
        assert.equal(vm.end, undefined);
        const asked = performance.now();
        const closed = end === "close" ? vm.close() : vm.stop();
        vm.stop();
        assert.equal((await run).reason, "stopped");
        const late = performance.now() - asked;
        await Promise.all([closed, vm.close(), vm.close()]);
        assert.equal(monitor.vms.size, 0);
        assert.equal((await vm.run()).reason, "stopped", "run gives the same end again");
        vm.stop();
        return late;
      });
      assert.ok(best < LATE_MS, `it ended after ${best} ms at best`);
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
  await until(() => disk.pending === 1);
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

machineTest(
  "an end in the very turn that begins a block read: the memory stays until the read is over",
  async (monitor) => {
    for (const end of ["stop", "close", "wall-time-limit"] as const) {
      const disk = slowDisk();
      const started = performance.now();
      const vm = monitor.create(readingBlocks(), {
        limits: { ...small, wallTimeMs: end === "wall-time-limit" ? TURN_MS : 20_000 },
        devices: {
          disk: {
            ...disk,
            read(offset, into) {
              if (end !== "wall-time-limit") void vm[end]();
              else while (performance.now() < started + 2 * TURN_MS);
              return disk.read(offset, into);
            },
          },
        },
      });
      assert.equal((await vm.run()).reason, end === "wall-time-limit" ? end : "stopped");
      assert.equal(disk.pending, 1);
      const closed = vm.close();
      assert.equal(await Promise.race([closed, delay(20, "not closed")]), "not closed");
      disk.release();
      await closed;
      assert.equal(disk.closed, true);
    }
  },
);

machineTest("an answer that fails after the end is nobody's business", async (monitor) => {
  const vm: Vm = monitor.create(new GuestProgram().print("x").halt().image(), {
    limits: small,
    console: async () => {
      vm.stop();
      await delay(1);
      throw new Error("the reader went away");
    },
  });
  assert.equal((await vm.run()).reason, "stopped");
  await delay(5);
  await vm.close();
});

machineTest("closing the monitor ends all of its VMs, and can be done twice", async (monitor) => {
  const runs = Array.from({ length: 5 }, (_, i) =>
    monitor.create(i % 2 === 0 ? computing() : polling(2n ** 62n).image(), { limits: small }).run(),
  );
  await delay(10);
  await monitor.close();
  for (const end of await Promise.all(runs)) assert.equal(end.reason, "stopped");
  assert.equal(monitor.vms.size, 0);
  await monitor.close();
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
