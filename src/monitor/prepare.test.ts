// prepare.test.ts: where an image's parts go for a memory size.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage, TEXT_ADDRESS } from "../../test/support/image-builder.js";
import { Ring } from "../abi/net-ring.js";
import { parseImage } from "../image/image.js";
import { BOOT_INFO, BOOT_PAGES_END } from "../machine/memory-map.js";
import { prepareImage } from "./prepare.js";

const MIB = 1 << 20;
const plain = parseImage(buildImage(), "plain");
const withNet = parseImage(buildImage({ devices: [{ name: "lan", type: "net" }] }), "net");

test("boot pages are read-only, the image is as it says, the rest is writable up to the end", () => {
  const { space } = prepareImage(plain, 4 * MIB);
  assert.equal(space.memoryBytes, 4 * MIB);
  assert.deepEqual(space.regions, [
    { start: BOOT_INFO, end: BOOT_PAGES_END, permissions: "r" },
    { start: TEXT_ADDRESS, end: TEXT_ADDRESS + 0x1000, permissions: "rx" },
    { start: TEXT_ADDRESS + 0x1000, end: TEXT_ADDRESS + 0x2000, permissions: "r" },
    { start: TEXT_ADDRESS + 0x2000, end: 4 * MIB, permissions: "rw" },
  ]);
});

test("without a net device the guest is told of all memory, with one the ring lies above", () => {
  const without = prepareImage(plain, 4 * MIB);
  assert.deepEqual([without.guestMemoryBytes, without.ringAddress], [4 * MIB, 0]);
  const { guestMemoryBytes, ringAddress, space } = prepareImage(withNet, 4 * MIB);
  assert.equal(ringAddress, guestMemoryBytes);
  assert.equal(ringAddress % 4096, 0);
  assert.ok(ringAddress + Ring.size <= 4 * MIB && ringAddress + Ring.size + 4096 > 4 * MIB);
  assert.equal(space.regions.at(-1)?.end, 4 * MIB, "the ring is the guest's to write");
});

test("what read-only pages hold is told, but for constants, and where the file says nothing", () => {
  const text = 0x20_0000;
  const image = parseImage(
    buildImage({
      segments: [
        { address: text, bytes: new Uint8Array(5000).fill(1), memoryBytes: 2 * MIB, flags: "r-x" },
        { address: 0x40_0000, bytes: new Uint8Array(5000).fill(2), memoryBytes: 20_000, flags: "r--" },
        { address: 0x40_8000, bytes: new Uint8Array(10).fill(3), flags: "rw-" },
        { address: 0x41_0000, memoryBytes: 4096, flags: "r--" },
      ],
    }),
    "read-only",
  );
  const { contents, space } = prepareImage(image, 8 * MIB);
  assert.deepEqual(
    space.constants?.map(({ start }) => start),
    [text],
  );
  assert.deepEqual(contents.map(({ start, end, bytes }) => [start, end, bytes.length]).slice(-1), [
    [0x40_0000, 0x40_2000, 5000],
  ]);
  assert.ok(contents.every(({ start }) => start <= 0x40_0000));
});

test("a memory too small is refused with the size that would do", () => {
  const large = parseImage(
    buildImage({ segments: [{ address: 0x20_0000, memoryBytes: 6 * MIB, flags: "rw-" }] }),
    "large",
  );
  assert.throws(() => prepareImage(large, 8 * MIB), {
    code: "MEMORY_INVALID",
    message: "memory for large: got 8 MiB, expected at least 9 MiB",
  });
  assert.equal(prepareImage(large, 9 * MIB).guestMemoryBytes, 9 * MIB);
});
