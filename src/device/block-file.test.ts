// block-file.test.ts: files and the host's block devices behind a block device; on disk and on tmpfs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { BlockRead, HVT_HYPERCALL_BLOCK_READ, SOLO5_R_EUNSPEC, SOLO5_R_OK } from "../abi/hypercalls.js";
import { MayflyError } from "../errors.js";
import { SystemCallError } from "../linux/system-call-error.js";
import { blockCases, type MakeBlock } from "./block.cases.js";
import { BlockDevices } from "./block.js";
import { blockFile } from "./block-file.js";
import { BUFFER, pattern, TestGuest } from "./test-guest.fixture.js";

const directory = mkdtempSync(join(tmpdir(), "mayfly-block-"));
const memoryDirectory = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/mayfly-block-") : undefined;
after(() => {
  rmSync(directory, { recursive: true });
  if (memoryDirectory !== undefined) rmSync(memoryDirectory, { recursive: true });
});

let files = 0;
function makeIn(where: string): MakeBlock {
  return (content, options) => {
    const path = join(where, `${files++}.img`);
    writeFileSync(path, content);
    return blockFile(path, options);
  };
}

blockCases("blockFile", makeIn(directory));
if (memoryDirectory === undefined) test("blockFile on tmpfs", { skip: "there is no /dev/shm" }, () => {});
else blockCases("blockFile on tmpfs", makeIn(memoryDirectory));

test("blockFile writes reach the file", async () => {
  const path = join(directory, "write.img");
  writeFileSync(path, new Uint8Array(2048));
  const disk = blockFile(path);
  await disk.write(512, pattern(512));
  disk.close();
  assert.deepEqual(new Uint8Array(readFileSync(path)).subarray(512, 1024), pattern(512));
});

test("blockFile reads what the page cache does not have", async () => {
  const path = join(directory, "cold.img");
  writeFileSync(path, pattern(64 * 1024), { flush: true });
  const disk = blockFile(path);
  // The idiom of dd's manual: drops the file from the page cache.
  execFileSync("dd", [`if=${path}`, "iflag=nocache", "count=0", "status=none"]);
  const into = new Uint8Array(8192);
  await disk.read(4096, into);
  disk.close();
  assert.deepEqual(into, pattern(64 * 1024).subarray(4096, 4096 + 8192));
});

test("blockFile moves transfers that are too long to be done at once", async () => {
  const path = join(directory, "long.img");
  const content = pattern(4 << 20);
  writeFileSync(path, content);
  const disk = blockFile(path);
  const into = new Uint8Array(content.length - 512);
  const reading = disk.read(512, into);
  assert.ok(reading instanceof Promise, "a long read leaves the event loop alone");
  await reading;
  assert.ok(Buffer.from(into).equals(content.subarray(512)));
  await disk.write(0, into);
  disk.close();
  assert.ok(readFileSync(path).subarray(0, into.length).equals(into));
});

test("a file cut short while it is attached gives EUNSPEC, not half a truth", async () => {
  const path = join(directory, "cut.img");
  writeFileSync(path, pattern(8192));
  const failures: unknown[] = [];
  const device = new BlockDevices(new Map([[0, blockFile(path)]]), (error) => failures.push(error));
  const guest = new TestGuest();
  const read = async (offset: bigint, len: bigint) =>
    (await guest.call(device, HVT_HYPERCALL_BLOCK_READ, BlockRead, { offset, len, data: BigInt(BUFFER) }))
      .ret;
  assert.equal(await read(4096n, 4096n), SOLO5_R_OK);
  truncateSync(path, 4096 + 512);
  assert.equal(await read(4096n, 512n), SOLO5_R_OK);
  assert.equal(await read(4096n, 4096n), SOLO5_R_EUNSPEC, "half of it is gone");
  assert.equal(await read(7680n, 512n), SOLO5_R_EUNSPEC, "all of it is gone");
  device.close();
  assert.equal(failures.length, 2);
  for (const failure of failures) assert.ok(failure instanceof SystemCallError && failure.errno === "EIO");
});

test("blockFile lets a transfer finish before it gives its descriptor up", async () => {
  const path = join(directory, "close.img");
  const content = pattern(1 << 20);
  writeFileSync(path, content);
  const disk = blockFile(path);
  const into = new Uint8Array(content.length);
  const reading = disk.read(0, into);
  disk.close();
  disk.close();
  await reading;
  assert.ok(Buffer.from(into).equals(content));
  assert.throws(
    () => disk.read(0, new Uint8Array(512)),
    (error) => error instanceof SystemCallError && error.errno === "EBADF",
  );
});

test("blockFile leaves no descriptor behind, neither closed nor refused", () => {
  const path = join(directory, "leak.img");
  writeFileSync(path, new Uint8Array(1000));
  const next = () => {
    const fd = openSync("/dev/null", "r");
    closeSync(fd);
    return fd;
  };
  const before = next();
  for (let round = 0; round < 20; round++) assert.throws(() => blockFile(path), MayflyError);
  truncateSync(path, 1024);
  for (let round = 0; round < 20; round++) blockFile(path).close();
  assert.equal(next(), before);
});

test("a read-only file is open for reading only: the kernel itself would refuse a write", async () => {
  const disk = blockFile(sized("readonly.img", 512), { readOnly: true });
  await assert.rejects(
    async () => disk.write(0, new Uint8Array(512)),
    (error) => error instanceof SystemCallError && error.errno === "EBADF",
  );
  disk.close();
});

for (const [what, path, message] of [
  [
    "a file that does not exist",
    () => join(directory, "none.img"),
    /none\.img: cannot be opened as a block device: ENOENT/,
  ],
  ["a directory", () => directory, /cannot be opened as a block device: EISDIR/],
  ["a character device", () => "/dev/null", /got neither a regular file nor a block device/],
  [
    "an odd size",
    () => sized("odd.img", 1000),
    /got 1000 bytes, expected a multiple of the sector size, 512 bytes/,
  ],
  ["an empty file", () => sized("empty.img", 0), /got 0 bytes, expected at least one sector/],
] as const) {
  test(`blockFile rejects ${what}`, () => {
    assert.throws(
      () => blockFile(path()),
      (error) => {
        assert.ok(
          error instanceof MayflyError && error.code === "DEVICE_INVALID" && error.mend !== undefined,
        );
        assert.match(error.message, message);
        return true;
      },
    );
  });
}

test("blockFile does not wait for the other end of a FIFO", () => {
  const path = join(directory, "fifo");
  execFileSync("mkfifo", [path]);
  assert.throws(() => blockFile(path, { readOnly: true }), /got neither a regular file nor a block device/);
});

const loopRefusal = loopProblem();
test("blockFile takes its capacity from a block device", { skip: loopRefusal ?? false }, async () => {
  const path = join(directory, "loop.img");
  writeFileSync(path, pattern(64 * 1024));
  const loop = execFileSync("losetup", ["--find", "--show", path], { encoding: "utf8" }).trim();
  try {
    const disk = blockFile(loop, { sectorSize: 4096 });
    assert.equal(disk.capacity, 64 * 1024);
    const into = new Uint8Array(4096);
    await disk.read(60 * 1024, into);
    assert.deepEqual(into, pattern(64 * 1024).subarray(60 * 1024));
    await disk.write(0, into);
    await disk.read(0, into);
    assert.deepEqual(into, pattern(64 * 1024).subarray(60 * 1024));
    disk.close();
  } finally {
    execFileSync("losetup", ["--detach", loop]);
  }
});

function sized(name: string, bytes: number): string {
  const path = join(directory, name);
  writeFileSync(path, new Uint8Array(bytes));
  return path;
}

/** Why no loop device can be made here, or undefined. */
function loopProblem(): string | undefined {
  if (process.getuid?.() !== 0) return "a loop device needs root";
  try {
    const free = execFileSync("losetup", ["--find"], { encoding: "utf8", stdio: "pipe" }).trim();
    const fd = openSync(free, "r");
    const isBlock = fstatSync(fd).isBlockDevice();
    closeSync(fd);
    return isBlock ? undefined : `${free} is no block device`;
  } catch (error) {
    return `no loop device is to be had: ${error instanceof Error ? error.message.split("\n")[0] : error}`;
  }
}
