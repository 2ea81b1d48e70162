// block.test.ts: disks from inside a VM: in memory and in files, whole, read-only, failing and slow.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BlockRead,
  BlockWrite,
  HVT_HYPERCALL_BLOCK_READ,
  HVT_HYPERCALL_BLOCK_WRITE,
  SOLO5_R_EUNSPEC,
  SOLO5_R_OK,
} from "../../src/abi/hypercalls.js";
import { type BlockBackend, blockFile, blockMemory } from "../../src/index.js";
import { until } from "../support/until.js";
import { app, runGuest } from "./support/apps.js";
import { GuestProgram } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

const MIB = 1 << 20;

const disks: readonly [kind: string, open: (path: string, options?: object) => BlockBackend][] = [
  ["memory", (_path, options) => blockMemory(MIB, options)],
  ["a file", (path, options) => blockFile(path, options)],
];

async function withDiskFile(body: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-disk-"));
  try {
    const path = join(folder, "disk.img");
    await writeFile(path, Buffer.alloc(MIB));
    await body(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const [kind, open] of disks) {
  for (const sectorSize of [512, 4096]) {
    machineTest(
      `a disk of ${kind}, sectors of ${sectorSize} bytes: every edge as Solo5 has it`,
      async (monitor) => {
        await withDiskFile(async (path) => {
          const devices = { storage: open(path, { sectorSize }) };
          const { end, text } = await runGuest(monitor, await app("block"), { devices });
          assert.equal(end.status, 0, `${end.message} ${text}`);
          assert.match(text, new RegExp(`storage: ${MIB} bytes in blocks of ${sectorSize}`));
        });
      },
    );
  }
}

machineTest("what a guest writes to a file is in the file, and nothing around it", async (monitor) => {
  await withDiskFile(async (path) => {
    const options = { devices: { storage: blockFile(path) }, args: ["fill", "4096", "8192", "165"] };
    const { end } = await runGuest(monitor, await app("block"), options);
    assert.equal(end.status, SOLO5_R_OK);
    const expected = Buffer.alloc(MIB).fill(165, 4096, 4096 + 8192);
    assert.ok((await readFile(path)).equals(expected));
  });
});

machineTest("a guest reads what the file holds", async (monitor) => {
  await withDiskFile(async (path) => {
    const content = Buffer.alloc(MIB, "Read from the disk, line by line.\n");
    await writeFile(path, content);
    const options = {
      devices: { storage: blockFile(path, { readOnly: true }) },
      args: ["read", "1024", "2048"],
    };
    const { end, output } = await runGuest(monitor, await app("block"), options);
    assert.equal(end.status, SOLO5_R_OK);
    assert.ok(Buffer.from(output).equals(content.subarray(1024, 3072)));
  });
});

machineTest("a write to a read-only disk is refused, and the disk unchanged", async (monitor) => {
  const disk = blockMemory(MIB, { readOnly: true });
  const options = { devices: { storage: disk }, args: ["fill", "0", "512", "1"] };
  const { end } = await runGuest(monitor, await app("block"), options);
  assert.equal(end.status, SOLO5_R_EUNSPEC);
  assert.ok(disk.bytes.every((byte) => byte === 0));
});

machineTest("a disk that fails is a result for the guest and an error for the host", async (monitor) => {
  for (const fail of [
    () => {
      throw new Error("the disk broke");
    },
    () => Promise.reject(new Error("the disk broke")),
  ]) {
    const failures: string[] = [];
    const { end } = await runGuest(monitor, await app("block"), {
      devices: { storage: { ...blockMemory(MIB), read: fail, write: fail } },
      args: ["read", "512", "512"],
      onHostFailure: (error, what) => void failures.push(`${what}: ${(error as Error).message}`),
    });
    assert.equal(end.status, SOLO5_R_EUNSPEC);
    assert.deepEqual(failures, ["block read of 512 bytes at 512: the disk broke"]);
  }
});

machineTest("a slow disk makes its guest wait and no other", async (monitor) => {
  const program = new GuestProgram();
  const data = program.reserve(512);
  const read = program.struct(BlockRead, { handle: 1n, data: BigInt(data), len: 512n, ret: 9 });
  const image = program
    .hypercall(HVT_HYPERCALL_BLOCK_READ, read)
    .show(data, 512)
    .show(read, BlockRead.size)
    .halt()
    .image({ devices: [{ name: "disk", type: "block" }] });
  let spin: () => void = () => assert.fail("nobody reads");
  const spun = new Promise<void>((resolve) => {
    spin = resolve;
  });
  let isAsked = false;
  const slow: BlockBackend = {
    ...blockMemory(512),
    read: async (_offset, into) => {
      isAsked = true;
      await spun;
      into.fill(0x42);
    },
  };
  const waiting = runGuest(monitor, image, { devices: { disk: slow } });
  await until(() => isAsked);
  const other = await runGuest(monitor, new GuestProgram().print("quick").halt().image());
  assert.equal(other.text, "quick");
  spin();
  const { output, stats } = await waiting;
  assert.ok(stats.runMs >= other.stats.runMs, "what it waited for is part of its time");
  assert.ok(output.subarray(0, 512).every((byte) => byte === 0x42));
  assert.equal(BlockRead.read(output, 512).ret, SOLO5_R_OK);
});

machineTest("a block write whose data overlap its own argument writes what was there", async (monitor) => {
  const program = new GuestProgram();
  const write = program.struct(BlockWrite, { handle: 1n, data: 0n, len: 512n, ret: 9 });
  const view = new Uint8Array(BlockWrite.size);
  BlockWrite.write(view, { handle: 1n, data: BigInt(write), len: 512n, ret: 9 });
  program
    .load("rbx", write)
    .load("rax", write)
    .store("rax", write + BlockWrite.offset.data);
  const disk = blockMemory(512);
  const image = program
    .hypercall(HVT_HYPERCALL_BLOCK_WRITE, write)
    .show(write, BlockWrite.size)
    .halt()
    .image({ devices: [{ name: "disk", type: "block" }] });
  const { output } = await runGuest(monitor, image, { devices: { disk } });
  assert.equal(BlockWrite.read(output).ret, SOLO5_R_OK);
  assert.deepEqual([...disk.bytes.subarray(0, BlockWrite.size)], [...view]);
});
