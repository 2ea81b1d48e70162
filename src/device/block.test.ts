// block.test.ts: what the device makes of a back-end that fails or takes its time.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BlockRead,
  BlockWrite,
  HVT_HYPERCALL_BLOCK_READ,
  HVT_HYPERCALL_BLOCK_WRITE,
  HVT_HYPERCALL_PIO_BASE,
  SOLO5_R_EUNSPEC,
  SOLO5_R_OK,
} from "../abi/hypercalls.js";
import { SystemCallError } from "../linux/system-call-error.js";
import { type BlockBackend, BlockDevices } from "./block.js";
import { BUFFER, DATA, TestGuest } from "./test-guest.fixture.js";

const REQUEST = { handle: 0n, offset: 512n, data: BigInt(BUFFER), len: 512n, ret: -1 };
const EIO = new SystemCallError("pread", "EIO");

function backend(transfer: () => void | Promise<void>): BlockBackend {
  return {
    capacity: 4096,
    sectorSize: 512,
    readOnly: false,
    read: transfer,
    write: transfer,
    close: () => {},
  };
}

for (const [how, transfer] of [
  [
    "throws EIO",
    () => {
      throw EIO;
    },
  ],
  ["rejects with EIO", () => Promise.reject(EIO)],
] as const) {
  test(`a back-end that ${how} gives the guest EUNSPEC and the host the error`, async () => {
    const failures: [unknown, string][] = [];
    const device = new BlockDevices(new Map([[0, backend(transfer)]]), (error, what) =>
      failures.push([error, what]),
    );
    const guest = new TestGuest();
    const read = await guest.call(device, HVT_HYPERCALL_BLOCK_READ, BlockRead, REQUEST);
    assert.deepEqual(read, { ...REQUEST, ret: SOLO5_R_EUNSPEC });
    const write = await guest.call(device, HVT_HYPERCALL_BLOCK_WRITE, BlockWrite, REQUEST);
    assert.deepEqual(write, { ...REQUEST, ret: SOLO5_R_EUNSPEC });
    assert.deepEqual(failures, [
      [EIO, "block read of 512 bytes at 512"],
      [EIO, "block write of 512 bytes at 512"],
    ]);
  });
}

test("the guest finds no result before a slow back-end is done", async () => {
  const { promise, resolve } = withResolvers();
  const device = new BlockDevices(new Map([[0, backend(() => promise)]]));
  const guest = new TestGuest();
  BlockRead.write(guest.memory.bytes, REQUEST, DATA);
  const done = device.answers.get(HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_BLOCK_READ)!(guest.memory, DATA);
  assert.ok(done instanceof Promise);
  await new Promise(setImmediate);
  assert.equal(BlockRead.read(guest.memory.bytes, DATA).ret, -1);
  resolve();
  await done;
  assert.equal(BlockRead.read(guest.memory.bytes, DATA).ret, SOLO5_R_OK);
});

test("a back-end that has the bytes at hand costs no promise", () => {
  const device = new BlockDevices(new Map([[0, backend(() => {})]]));
  const guest = new TestGuest();
  BlockRead.write(guest.memory.bytes, REQUEST, DATA);
  const done = device.answers.get(HVT_HYPERCALL_PIO_BASE + HVT_HYPERCALL_BLOCK_READ)!(guest.memory, DATA);
  assert.equal(done, undefined);
  assert.equal(BlockRead.read(guest.memory.bytes, DATA).ret, SOLO5_R_OK);
});

test("closing the device closes every back-end", () => {
  const closed: number[] = [];
  const backends = [1, 2].map(
    (handle) => [handle, { ...backend(() => {}), close: () => closed.push(handle) }] as const,
  );
  new BlockDevices(new Map(backends)).close();
  assert.deepEqual(closed, [1, 2]);
});

function withResolvers(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
