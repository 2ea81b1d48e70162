// manifest.test.ts: what a manifest may not be, and what a guest sees of one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage, HEADER, offsetOf } from "../../test/support/image-builder.js";
import { Mft, MftEntry } from "../abi/manifest.js";
import { parseImage } from "./image.js";
import { type AttachedDevice, encodeManifest } from "./manifest.js";

/** Where struct mft lies behind the start of its note. */
const MFT_AT = 24;

const devices = [
  { name: "disk", type: "block" },
  { name: "net0", type: "net" },
] as const;

function refusesHead(fields: Parameters<typeof Mft.write>[1], message: string): void {
  const image = buildImage({ devices });
  Mft.write(image, fields, offsetOf(image, HEADER.manifest) + MFT_AT);
  assert.throws(() => parseImage(image, "x"), { code: "IMAGE_INVALID", message: `x: note MFT1 ${message}` });
}

function refusesEntry(index: number, fields: Parameters<typeof MftEntry.write>[1], message: string): void {
  const image = buildImage({ devices });
  const at = offsetOf(image, HEADER.manifest) + MFT_AT + Mft.size + index * MftEntry.size;
  MftEntry.write(image, fields, at);
  assert.throws(() => parseImage(image, "x"), { code: "IMAGE_INVALID", message: `x: note MFT1 ${message}` });
}

const name = (text: string) => Buffer.from(text, "latin1");

test("a manifest of another version is refused", () => {
  refusesHead({ version: 2 }, "version: got 2, expected 1");
});

test("a number of entries out of range, or one that its size contradicts, is refused", () => {
  refusesHead({ entries: 0 }, "entries: got 0, expected 1 to 64");
  refusesHead({ entries: 65 }, "entries: got 65, expected 1 to 64");
  refusesHead({ entries: 0xffffffff }, "entries: got 4294967295, expected 1 to 64");
  refusesHead({ entries: 2 }, "size: got 320 bytes, expected 216 for 2 entries");
  refusesHead({ entries: 4 }, "size: got 320 bytes, expected 424 for 4 entries");
});

test("a first entry that is not the reserved one is refused", () => {
  refusesEntry(0, { type: 1 }, "e[0].type: got 1, expected 1073741824 (MFT_RESERVED_FIRST)");
  refusesEntry(0, { name: name("a") }, 'e[0].name: got "a", expected an empty name in the reserved entry');
});

test("an entry of an unknown type is refused", () => {
  for (const type of [0, 3, 1 << 30, 0xffffffff]) {
    refusesEntry(1, { type }, `e[1].type: got ${type}, expected 1 (block) or 2 (net)`);
  }
});

test("a name without its terminator is refused", () => {
  for (const index of [0, 2]) {
    const message = `e[${index}].name: got no terminator, expected a zero byte within 68`;
    refusesEntry(index, { name: name("a".repeat(68)) }, message);
  }
});

test("names other than letters and digits are refused, and shown in ASCII on one line", () => {
  for (const [bad, shown] of [
    ["", ""],
    ["a-b", "a-b"],
    ["a\nb", "a\\nb"],
    ["a\x9bb", "a\\x9bb"],
    ["\u007f", "\\x7f"],
  ] as const) {
    refusesEntry(1, { name: name(`${bad}\0disk`) }, `e[1].name: got "${shown}", expected letters and digits`);
  }
});

test("a name given twice is refused, even for devices of two types", () => {
  refusesEntry(2, { name: name("disk\0") }, 'e[2].name: got "disk", expected a name other than that of e[1]');
});

test("an entry that is attached already is refused", () => {
  refusesEntry(0, { attached: 1 }, "e[0].attached: got 1, expected 0 (the monitor attaches)");
  refusesEntry(2, { attached: 255 }, "e[2].attached: got 255, expected 0 (the monitor attaches)");
});

test("what a manifest holds in the fields that the host fills does not matter", () => {
  const image = buildImage({ devices });
  const at = offsetOf(image, HEADER.manifest) + MFT_AT + Mft.size + MftEntry.size;
  MftEntry.write(image, { u: new Uint8Array(16).fill(0xff), b: 2n ** 64n - 1n }, at);
  assert.equal(parseImage(image, "x").devices.length, 2);
});

test("sixty-three devices with names of 67 characters are read, each with its handle", () => {
  const many = Array.from({ length: 63 }, (_, i) => ({
    name: `${i}`.padStart(67, "a"),
    type: "net" as const,
  }));
  const image = parseImage(buildImage({ devices: many }), "x");
  assert.deepEqual(
    image.devices,
    many.map((device, i) => ({ ...device, handle: i + 1 })),
  );
});

const disk: AttachedDevice = { name: "disk", type: "block", handle: 1, capacity: 2 ** 40, blockSize: 4096 };
const net: AttachedDevice = {
  name: "net0",
  type: "net",
  handle: 2,
  mac: Uint8Array.of(2, 0, 0, 0xaa, 0xbb, 0xcc),
  mtu: 1500,
};

test("encodeManifest lays out what a guest of Solo5 reads", () => {
  const mft = encodeManifest([net, disk]);
  const view = new DataView(mft.buffer);
  assert.equal(mft.length, 8 + 3 * 104);
  assert.deepEqual([view.getUint32(0, true), view.getUint32(4, true)], [1, 3]);
  assert.equal(view.getUint32(8 + 68, true), 1 << 30);

  const first = 8 + 104;
  assert.equal(Buffer.from(mft.subarray(first, first + 5)).toString("latin1"), "disk\0");
  assert.equal(view.getUint32(first + 68, true), 1);
  assert.equal(view.getBigUint64(first + 72, true), 2n ** 40n);
  assert.equal(view.getUint16(first + 80, true), 4096);
  assert.equal(view.getBigUint64(first + 88, true), 0n, "the host's own field");
  assert.equal(mft[first + 96], 1);

  const second = first + 104;
  assert.equal(view.getUint32(second + 68, true), 2);
  assert.deepEqual([...mft.subarray(second + 72, second + 78)], [2, 0, 0, 0xaa, 0xbb, 0xcc]);
  assert.equal(view.getUint16(second + 78, true), 1500);
  assert.equal(mft[second + 96], 1);
});

test("encodeManifest of no devices is the reserved entry alone", () => {
  const mft = encodeManifest([]);
  assert.equal(mft.length, 112);
  assert.deepEqual(Mft.read(mft), { version: 1, entries: 1 });
  assert.equal(MftEntry.read(mft, Mft.size).attached, 0);
});

test("encodeManifest fails on handles that are not the manifest's", () => {
  assert.throws(() => encodeManifest([net]), /got handle 2, expected 1 to 1/);
  assert.throws(() => encodeManifest([disk, { ...net, handle: 1 }]), /expected 1 to 2, each once/);
});
