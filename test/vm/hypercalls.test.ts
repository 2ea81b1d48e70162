// hypercalls.test.ts: clock, console and halt from inside a VM, and devices that are not there: what a guest gets, in how many exits.
import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import {
  BlockRead,
  Halt,
  HVT_HYPERCALL_BLOCK_READ,
  HVT_HYPERCALL_HALT,
  HVT_HYPERCALL_WALLTIME,
  SOLO5_R_EINVAL,
  Walltime,
} from "../../src/abi/hypercalls.js";
import { blockMemory, createNetPair, type Monitor } from "../../src/index.js";
import { app, runGuest } from "./support/apps.js";
import { GuestProgram } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

const MIB = 1 << 20;
const MS = 1_000_000n;

machineTest("walltime tells the host's time", async (monitor) => {
  const program = new GuestProgram();
  const at = program.struct(Walltime, {});
  const before = BigInt(Date.now()) * MS;
  const { output } = await runGuest(
    monitor,
    program.hypercall(HVT_HYPERCALL_WALLTIME, at).show(at, 8).halt().image(),
  );
  const { nsecs } = Walltime.read(output);
  assert.ok(nsecs >= before && nsecs <= BigInt(Date.now() + 1) * MS, `got ${nsecs}, asked at ${before}`);
});

machineTest("the clocks of a guest written for Solo5 agree", async (monitor) => {
  const { end, text } = await runGuest(monitor, await app("clock"));
  assert.equal(end.status, 0, text);
});

machineTest(
  "console output arrives whole, in order, one call of the sink for each hypercall",
  async (monitor) => {
    const pieces: string[] = [];
    const program = new GuestProgram()
      .print("one\n")
      .print("two\n")
      .show(0x20_0000, 0)
      .print("three\n")
      .halt();
    const console = (bytes: Uint8Array) => void pieces.push(Buffer.from(bytes).toString());
    await runGuest(monitor, program.image(), { console });
    assert.deepEqual(pieces, ["one\n", "two\n", "three\n"]);
  },
);

machineTest("1 MiB of console output in pieces of 64 KiB takes at most 20 exits", async (monitor) => {
  const sizes: number[] = [];
  const hash: Buffer[] = [];
  const { end, stats } = await runGuest(monitor, await app("console"), {
    args: [`${MIB}`, "65536"],
    console: (bytes) => {
      sizes.push(bytes.length);
      hash.push(Buffer.from(bytes));
    },
  });
  assert.equal(end.status, 0);
  assert.deepEqual(
    sizes,
    Array.from({ length: 16 }, () => 65536),
  );
  const hypercalls = [...stats.exits].filter(([name]) => name !== "interruption");
  const exits = hypercalls.reduce((sum, [, count]) => sum + count, 0);
  assert.ok(exits <= 20, JSON.stringify(hypercalls));
  const expected = Buffer.alloc(MIB);
  for (let i = 0; i < MIB; i++) expected[i] = i % 64 === 63 ? 10 : 48 + (i % 64);
  assert.ok(Buffer.concat(hash).equals(expected));
});

machineTest(
  "a console that takes its time makes the guest wait, and gets each piece unchanged",
  async (monitor) => {
    const pieces: string[] = [];
    const { end } = await runGuest(monitor, await app("console"), {
      args: ["640", "64"],
      console: async (bytes) => {
        const before = Buffer.from(bytes).toString();
        await delay(2);
        assert.equal(Buffer.from(bytes).toString(), before);
        pieces.push(before);
      },
    });
    assert.equal(end.status, 0);
    assert.equal(pieces.length, 10);
  },
);

async function haltWith(monitor: Monitor, exit_status: number, cookie = 0n) {
  const program = new GuestProgram();
  const image = program.hypercall(HVT_HYPERCALL_HALT, program.struct(Halt, { cookie, exit_status })).image();
  return (await runGuest(monitor, image)).end;
}

machineTest("halt ends with the guest's status, as a process would carry it", async (monitor) => {
  for (const [given, expected] of [
    [0, 0],
    [1, 1],
    [255, 255],
    [-1, 255],
    [256, 0],
    [0x7fff_ffff, 255],
  ] as const) {
    const end = await haltWith(monitor, given);
    assert.deepEqual([end.reason, end.status, end.report], ["halt", expected, undefined]);
  }
  assert.equal((await haltWith(monitor, 3, 0x20_0000n)).status, 3);
});

machineTest("a program's return value, exit and abort are its status", async (monitor) => {
  const image = await app("exit-status");
  for (const [args, status] of [
    [["7"], 7],
    [["exit", "42"], 42],
    [["abort"], 255],
    [[], 0],
  ] as const)
    assert.equal((await runGuest(monitor, image, { args })).end.status, status, args.join(" "));
});

for (const name of ["tls", "fpu"]) {
  machineTest(`the ${name} image finds nothing to complain about`, async (monitor) => {
    const { end, text } = await runGuest(monitor, await app(name));
    assert.equal(end.status, 0, `${end.message} ${text}`);
  });
}

machineTest("hypercalls on devices that an image does not have are refused", async (monitor) => {
  const program = new GuestProgram();
  const read = program.struct(BlockRead, { handle: 1n, data: BigInt(program.reserve(512)), len: 512n });
  const { output } = await runGuest(
    monitor,
    program.hypercall(HVT_HYPERCALL_BLOCK_READ, read).show(read, BlockRead.size).halt().image(),
  );
  assert.equal(BlockRead.read(output).ret, SOLO5_R_EINVAL);
});

machineTest("devices must be attached as the image declares them", async (monitor) => {
  const image = await app("block");
  const [port] = createNetPair();
  assert.throws(() => monitor.create(image), { code: "DEVICE_MISSING", message: /"storage"/ });
  assert.throws(() => monitor.create(image, { devices: { storage: port } }), { code: "DEVICE_INVALID" });
  const other = blockMemory(512);
  assert.throws(() => monitor.create(image, { devices: { storage: blockMemory(512), other } }), {
    code: "DEVICE_UNKNOWN",
    message: /"other"/,
  });
  assert.equal(monitor.vms.size, 0);
});
