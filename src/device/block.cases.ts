// block.cases.ts: what every block back-end does behind the device. Each back-end's test runs all of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BlockRead,
  BlockWrite,
  HVT_HYPERCALL_BLOCK_READ,
  HVT_HYPERCALL_BLOCK_WRITE,
  SOLO5_R_EINVAL,
  SOLO5_R_EUNSPEC,
  SOLO5_R_OK,
} from "../abi/hypercalls.js";
import { GuestFault } from "../machine/guest-fault.js";
import { type BlockBackend, BlockDevices } from "./block.js";
import type { BlockOptions } from "./block-geometry.js";
import { ABSENT, BUFFER, DATA_END, pattern, RODATA, TestGuest } from "./test-guest.fixture.js";

/** Makes a back-end over a fresh copy of `content`. The device closes it. */
export type MakeBlock = (content: Uint8Array, options?: BlockOptions) => BlockBackend;

const HANDLE = 3;
const SECTORS = 16;

/** A guest with one device of 16 sectors at index 3. */
class Disk implements Disposable {
  readonly guest = new TestGuest();
  readonly content: Uint8Array;
  readonly device: BlockDevices;

  constructor(make: MakeBlock, options: BlockOptions = {}) {
    this.content = pattern(SECTORS * (options.sectorSize ?? 512));
    this.device = new BlockDevices(new Map([[HANDLE, make(this.content.slice(), options)]]));
  }

  async read(offset: number | bigint, len: number | bigint, data: number | bigint = BUFFER, handle = HANDLE) {
    const values = {
      handle: BigInt(handle),
      offset: BigInt(offset),
      len: BigInt(len),
      data: BigInt(data),
      ret: -1,
    };
    return (await this.guest.call(this.device, HVT_HYPERCALL_BLOCK_READ, BlockRead, values)).ret;
  }

  async write(
    offset: number | bigint,
    len: number | bigint,
    data: number | bigint = BUFFER,
    handle = HANDLE,
  ) {
    const values = {
      handle: BigInt(handle),
      offset: BigInt(offset),
      len: BigInt(len),
      data: BigInt(data),
      ret: -1,
    };
    return (await this.guest.call(this.device, HVT_HYPERCALL_BLOCK_WRITE, BlockWrite, values)).ret;
  }

  buffer(length: number): Uint8Array {
    return this.guest.slice(BUFFER, length);
  }

  [Symbol.dispose](): void {
    this.device.close();
  }
}

export function blockCases(name: string, make: MakeBlock): void {
  test(`${name}: a sector reads back as it was written`, async () => {
    using disk = new Disk(make);
    const sector = pattern(512, 9);
    disk.buffer(512).set(sector);
    assert.equal(await disk.write(512, 512), SOLO5_R_OK);
    disk.buffer(512).fill(0);
    assert.equal(await disk.read(512, 512), SOLO5_R_OK);
    assert.deepEqual(disk.buffer(512), sector);
    assert.equal(await disk.read(0, 512), SOLO5_R_OK);
    assert.deepEqual(disk.buffer(512), disk.content.subarray(0, 512), "the sector before it is untouched");
    assert.equal(await disk.read(1024, 512), SOLO5_R_OK);
    assert.deepEqual(
      disk.buffer(512),
      disk.content.subarray(1024, 1536),
      "the sector behind it is untouched",
    );
  });

  test(`${name}: several sectors go in one transfer`, async () => {
    using disk = new Disk(make);
    assert.equal(await disk.read(0, SECTORS * 512), SOLO5_R_OK);
    assert.deepEqual(disk.buffer(SECTORS * 512), disk.content);
    disk.buffer(2048).fill(0xaa);
    assert.equal(await disk.write(4096, 2048), SOLO5_R_OK);
    assert.equal(await disk.read(0, SECTORS * 512), SOLO5_R_OK);
    assert.deepEqual(disk.buffer(4096), disk.content.subarray(0, 4096));
    assert.ok(
      disk
        .buffer(6144)
        .subarray(4096)
        .every((byte) => byte === 0xaa),
    );
  });

  test(`${name}: the last sector can be used, the one behind it cannot`, async () => {
    using disk = new Disk(make);
    const last = (SECTORS - 1) * 512;
    assert.equal(await disk.write(last, 512), SOLO5_R_OK);
    assert.equal(await disk.read(last, 512), SOLO5_R_OK);
    assert.equal(await disk.read(last + 512, 512), SOLO5_R_EINVAL);
    assert.equal(await disk.write(last + 512, 512), SOLO5_R_EINVAL);
    assert.equal(await disk.read(last, 1024), SOLO5_R_EINVAL);
    assert.equal(await disk.write(last, 1024), SOLO5_R_EINVAL);
  });

  test(`${name}: offsets and lengths near 2^64 do not wrap around`, async () => {
    using disk = new Disk(make);
    const end = 2n ** 64n;
    for (const [offset, length] of [
      [end - 512n, 512n],
      [end - 512n, 1024n],
      [512n, end - 512n],
      [0n, end - 512n],
      [2n ** 63n, 512n],
      [2n ** 53n, 512n],
    ] as const) {
      assert.equal(await disk.read(offset, length), SOLO5_R_EINVAL, `read of ${length} at ${offset}`);
      assert.equal(await disk.write(offset, length), SOLO5_R_EINVAL, `write of ${length} at ${offset}`);
    }
  });

  test(`${name}: offsets and lengths that are not whole sectors are invalid`, async () => {
    using disk = new Disk(make);
    for (const [offset, length] of [
      [1, 512],
      [511, 512],
      [256, 256],
      [0, 511],
      [0, 513],
      [0, 1],
    ] as const) {
      assert.equal(await disk.read(offset, length), SOLO5_R_EINVAL, `read of ${length} at ${offset}`);
      assert.equal(await disk.write(offset, length), SOLO5_R_EINVAL, `write of ${length} at ${offset}`);
    }
  });

  test(`${name}: a larger sector size is kept to`, async () => {
    using disk = new Disk(make, { sectorSize: 4096 });
    assert.equal(await disk.read(4096, 4096), SOLO5_R_OK);
    assert.deepEqual(disk.buffer(4096), disk.content.subarray(4096, 8192));
    assert.equal(await disk.read(512, 4096), SOLO5_R_EINVAL);
    assert.equal(await disk.read(0, 512), SOLO5_R_EINVAL);
    assert.equal(await disk.write(0, 512), SOLO5_R_EINVAL);
  });

  test(`${name}: a length of zero moves nothing and is fine within the capacity`, async () => {
    using disk = new Disk(make);
    disk.buffer(512).fill(0x55);
    assert.equal(await disk.read(512, 0), SOLO5_R_OK);
    assert.equal(await disk.write(512, 0), SOLO5_R_OK);
    assert.equal(await disk.read(SECTORS * 512, 0), SOLO5_R_EINVAL);
    assert.ok(disk.buffer(512).every((byte) => byte === 0x55));
    assert.equal(await disk.read(512, 512), SOLO5_R_OK);
    assert.deepEqual(disk.buffer(512), disk.content.subarray(512, 1024));
  });

  test(`${name}: a read-only device reads, and refuses writes without touching a byte`, async () => {
    using disk = new Disk(make, { readOnly: true });
    disk.buffer(512).fill(0x55);
    assert.equal(await disk.write(0, 512), SOLO5_R_EUNSPEC);
    assert.equal(await disk.write(1, 512), SOLO5_R_EINVAL, "a request that is wrong anyway is invalid");
    assert.equal(await disk.read(0, 512), SOLO5_R_OK);
    assert.deepEqual(disk.buffer(512), disk.content.subarray(0, 512));
  });

  test(`${name}: another handle is invalid, whatever else the request says`, async () => {
    using disk = new Disk(make);
    assert.equal(await disk.read(0, 512, BUFFER, HANDLE + 1), SOLO5_R_EINVAL);
    assert.equal(await disk.write(0, 512, BUFFER, 0), SOLO5_R_EINVAL);
    assert.equal(await disk.read(0, 512, ABSENT, 63), SOLO5_R_EINVAL);
  });

  test(`${name}: data may be sent from read-only memory but not be put there`, async () => {
    using disk = new Disk(make);
    assert.equal(await disk.write(0, 512, RODATA), SOLO5_R_OK);
    await assert.rejects(async () => disk.read(0, 512, RODATA), badPointer);
    assert.ok(disk.guest.slice(RODATA, 512).every((byte) => byte === 0));
  });

  test(`${name}: data outside the guest's memory ends the guest`, async () => {
    using disk = new Disk(make);
    for (const data of [0, ABSENT, DATA_END - 511, 2n ** 64n - 256n, 2n ** 63n]) {
      await assert.rejects(async () => disk.read(0, 512, data), badPointer);
      await assert.rejects(async () => disk.write(0, 512, data), badPointer);
    }
  });
}

function badPointer(error: unknown): boolean {
  return error instanceof GuestFault && error.reason === "bad-pointer";
}
