// application.test.ts: what is read of a function's application; whatever is wrong with it is refused in one line.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { buildImage, TEXT_ADDRESS } from "../../test/support/image-builder.js";
import { ApplicationHeader } from "../abi/application.js";
import { packApplication } from "../build/function/application.js";
import { MayflyError } from "../errors.js";
import { checksumOf, hashOfSourceMap, readApplication } from "./application.js";
import { type Image, parseImage } from "./image.js";

const CASES = 2_000;
const SEED = 20_261_125;

const whole = {
  engine: "quickjs-ng 0.17.0",
  prelude: Uint8Array.from({ length: 61 }, (_, at) => at),
  program: Uint8Array.from({ length: 130 }, (_, at) => 255 - at),
  sourceMapHash: hashOfSourceMap("{}"),
};

function imageWith(bytes: Uint8Array, flags: "r--" | "rw-" = "r--"): Image {
  return parseImage(
    buildImage({ segments: [{ address: TEXT_ADDRESS + 0x2000, bytes, flags }] }),
    "handler.img",
  );
}

test("readApplication gives back what was packed", () => {
  const read = readApplication(imageWith(packApplication(whole)))!;
  assert.equal(read.engine, whole.engine);
  for (const part of ["prelude", "program", "sourceMapHash"] as const)
    assert.deepEqual(Uint8Array.from(read[part]), Uint8Array.from(whole[part]), part);
});

test("an image whose last segment is something else is no function", () => {
  assert.equal(readApplication(parseImage(buildImage(), "app.img")), undefined);
  assert.equal(readApplication(imageWith(new Uint8Array(4))), undefined);
  // The runtime's application cannot be written.
  assert.equal(readApplication(imageWith(packApplication(whole), "rw-")), undefined);
});

test("a changed bit is refused, wherever it is behind the magic", () => {
  const segment = packApplication(whole);
  const refusal = { code: "IMAGE_INVALID", message: /^handler\.img: application( checksum)?: got / };
  for (let bit = 8 * 8; bit < segment.length * 8; bit++) {
    segment[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => readApplication(imageWith(segment)), refusal, `bit ${bit}`);
    segment[bit >> 3]! ^= 1 << (bit & 7);
  }
});

test("an application that ends too early is refused", () => {
  const segment = packApplication(whole);
  for (let length = 8; length < segment.length; length++)
    assert.throws(() => readApplication(imageWith(segment.subarray(0, length))), { code: "IMAGE_INVALID" });
});

test("lengths that pass the end are refused, even with the right checksum", () => {
  const length = fc.oneof(fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32 - 3), fc.nat(1000));
  fc.assert(
    fc.property(length, length, (prelude_len, program_len) => {
      const segment = packApplication(whole);
      ApplicationHeader.write(segment, { prelude_len, program_len });
      ApplicationHeader.write(segment, { checksum: checksumOf(segment) });
      try {
        const read = readApplication(imageWith(segment))!;
        assert.equal(read.prelude.length, prelude_len);
        assert.equal(read.program.length, program_len);
      } catch (error) {
        assert.ok(error instanceof MayflyError && error.code === "IMAGE_INVALID");
      }
    }),
    { numRuns: CASES, seed: SEED },
  );
});

test("an engine's name cannot steer a terminal", () => {
  const read = readApplication(imageWith(packApplication({ ...whole, engine: "\u001b[31mred\n" })))!;
  assert.equal(read.engine, "?[31mred?");
});
