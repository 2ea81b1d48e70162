// mutation.test.ts: ten thousand spoilt images: each parses into something sound or is refused with one line.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildImage, TEXT_ADDRESS } from "../../test/support/image-builder.js";
import { MayflyError } from "../errors.js";
import { threadCpuTime } from "../linux/thread-clock.js";
import { PAGE_SIZE } from "../machine/address-space.js";
import type { Image } from "./image.js";
import { parseImage } from "./image.js";

const CASES = 10_000;
const SEED = 20_260_801;

const original = buildImage({
  devices: [
    { name: "disk", type: "block" },
    { name: "net0", type: "net" },
  ],
  segments: [
    { address: TEXT_ADDRESS + 0x2000, bytes: new Uint8Array(100), flags: "rw-" },
    { address: TEXT_ADDRESS + 0x3000, memoryBytes: 3_000_000, flags: "rw-" },
  ],
  symbols: [{ name: "_start", address: TEXT_ADDRESS }],
});

/** Where a change can matter: headers, notes, and the tables behind the last segment. */
const interesting = fc.oneof(
  { weight: 5, arbitrary: fc.nat(64 + 11 * 56) },
  { weight: 4, arbitrary: fc.integer({ min: 0x2000, max: 0x2000 + 424 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0x4000, max: original.length - 1 }) },
);
const limits = [
  0n,
  1n,
  2n,
  4n,
  7n,
  8n,
  64n,
  0xfffn,
  0x1000n,
  0x100000n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
];
const value = fc.oneof(
  fc.constantFrom(...limits.flatMap((limit) => [limit, BigInt.asUintN(64, limit - 1n), limit + 1n])),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const change = fc.record({ at: interesting, size: fc.constantFrom(1, 2, 4, 8), value });
const mutation = fc.record({
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
  /** Bytes cut from the end, mostly none. */
  cut: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(original.length) }),
});

function mutate({
  changes,
  cut,
}: {
  changes: { at: number; size: number; value: bigint }[];
  cut: number;
}): Uint8Array {
  const image = original.slice();
  for (const { at, size, value } of changes) {
    for (let i = 0; i < size && at + i < image.length; i++)
      image[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }
  return image.subarray(0, image.length - cut);
}

/** What every image that is let through promises to machines. */
function assertSound(image: Image): void {
  let below = 0x100000;
  for (const { start, end, permissions } of image.regions()) {
    assert.ok(start >= below && end > start && end <= 2 ** 32, `${start} to ${end} above ${below}`);
    assert.ok(start % PAGE_SIZE === 0 && end % PAGE_SIZE === 0);
    assert.ok(["r", "rw", "rx"].includes(permissions));
    below = end;
  }
  assert.equal(image.end, below);
  for (const { address, fileBytes, memoryBytes } of image.segments) {
    assert.ok(Number.isSafeInteger(address) && fileBytes.length <= memoryBytes);
  }
  const text = image.segments.find(
    ({ address, memoryBytes }) => image.entry >= address && image.entry < address + memoryBytes,
  );
  assert.equal(text?.permissions, "rx");
  for (const { name } of image.devices) assert.match(name, /^[A-Za-z0-9]{1,67}$/);
  for (const address of [image.entry, image.end - 1]) image.symbolAt(address);
}

test(`${CASES} mutated images are parsed or refused with one line, and quickly`, () => {
  let parsed = 0;
  let slowest = 0;
  fc.assert(
    fc.property(mutation, (plan) => {
      const bytes = mutate(plan);
      const start = threadCpuTime();
      try {
        assertSound(parseImage(bytes, "mutant"));
        parsed++;
      } catch (error) {
        if (!(error instanceof MayflyError)) throw error;
        assert.equal(error.code, "IMAGE_INVALID");
        assert.match(error.message, /^mutant: [\w[\]. ]+: got [ -~]+, expected [ -~]+$/);
      }
      slowest = Math.max(slowest, threadCpuTime() - start);
    }),
    { numRuns: CASES, seed: SEED },
  );
  assert.ok(
    parsed > CASES / 20 && parsed < CASES * 0.95,
    `${parsed} of ${CASES} parsed: the mutations are too wild or too tame`,
  );
  assert.ok(slowest < 500, `the slowest took ${slowest} ms`);
});
