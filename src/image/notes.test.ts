// notes.test.ts: how the two notes are found, and what they may not be.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage, changeHeader, HEADER, offsetOf } from "../../test/support/image-builder.js";
import { Abi1Info } from "../abi/manifest.js";
import { Nhdr } from "./elf.js";
import { parseImage } from "./image.js";

/** An image in which something was changed at the start of one header's bytes. */
function changed(index: number, change: (image: Uint8Array, at: number) => void): Uint8Array {
  const image = buildImage({ devices: [{ name: "disk", type: "block" }] });
  change(image, offsetOf(image, index));
  return image;
}

function refuses(image: Uint8Array, message: string): void {
  assert.throws(() => parseImage(image, "x"), { code: "IMAGE_INVALID", message: `x: ${message}` });
}

/** Makes headers say nothing. */
function without(image: Uint8Array, ...indices: number[]): Uint8Array {
  for (const index of indices) changeHeader(image, index, { p_type: 0 });
  return image;
}

test("notes are found in PT_NOTEs of their own and in one that covers all", () => {
  const apart = without(buildImage(), HEADER.allNotes);
  const together = without(buildImage(), HEADER.abi, HEADER.manifest, HEADER.foreignNote);
  for (const image of [apart, together]) assert.equal(parseImage(image, "x").abiVersion, 2);
});

test("a PT_NOTE with an alignment of 8 is walked too", () => {
  const image = without(buildImage(), HEADER.abi, HEADER.manifest);
  changeHeader(image, HEADER.allNotes, { p_align: 8n });
  assert.equal(parseImage(image, "x").abiVersion, 2);
});

test("a missing note is refused, with the mend", () => {
  const image = without(buildImage(), HEADER.abi, HEADER.allNotes);
  const mend = "Link the program with Mayfly's base layer (mayfly build) or with Solo5's hvt bindings.";
  assert.throws(() => parseImage(image, "x"), {
    message: "x: note ABI1: got none, expected exactly one",
    mend,
  });
  refuses(
    without(buildImage(), HEADER.manifest, HEADER.allNotes),
    "note MFT1: got none, expected exactly one",
  );
});

test("notes of another owner or another type do not count", () => {
  const renamed = changed(HEADER.abi, (image, at) => image.set(Buffer.from("Solo6"), at + Nhdr.size));
  refuses(renamed, "note ABI1: got none, expected exactly one");
  const longer = changed(HEADER.abi, (image, at) => Nhdr.write(image, { n_namesz: 7 }, at));
  refuses(longer, "note ABI1: got none, expected exactly one");
  const retyped = changed(HEADER.manifest, (image, at) => Nhdr.write(image, { n_type: 0x3254464d }, at));
  refuses(retyped, "note MFT1: got none, expected exactly one");
});

test("a second note of a kind is refused", () => {
  const image = buildImage({ segments: [{ address: 0x102000, bytes: new Uint8Array(64), flags: "rw-" }] });
  const at = offsetOf(image, HEADER.abi);
  const copy = offsetOf(image, HEADER.first);
  image.set(image.subarray(at, at + 36), copy);
  changeHeader(image, HEADER.foreignNote, { p_offset: BigInt(copy), p_filesz: 36n });
  refuses(image, "note ABI1: got a second one, in phdr[6], expected exactly one");
});

test("another target than hvt is refused by its name", () => {
  const target = (abi_target: number) =>
    changed(HEADER.abi, (image, at) => Abi1Info.write(image, { abi_target }, at + 20));
  refuses(target(2), "note ABI1 abi_target: got 2 (spt), expected 1 (hvt)");
  refuses(target(6), "note ABI1 abi_target: got 6 (xen), expected 1 (hvt)");
  refuses(target(0), "note ABI1 abi_target: got 0 (unknown), expected 1 (hvt)");
  refuses(target(0xffffffff), "note ABI1 abi_target: got 4294967295 (unknown), expected 1 (hvt)");
});

test("another version of the ABI is refused", () => {
  for (const abi_version of [0, 1, 3]) {
    const image = changed(HEADER.abi, (bytes, at) => Abi1Info.write(bytes, { abi_version }, at + 20));
    refuses(image, `note ABI1 abi_version: got ${abi_version}, expected 2`);
  }
});

test("a descriptor of a wrong size is refused", () => {
  const size = (index: number, n_descsz: number) =>
    changed(index, (image, at) => Nhdr.write(image, { n_descsz }, at));
  for (const n_descsz of [0, 15, 17]) {
    refuses(size(HEADER.abi, n_descsz), `note ABI1 n_descsz: got ${n_descsz}, expected 16 bytes`);
  }
  for (const n_descsz of [0, 1, 11, 6669, 0xffffffff]) {
    refuses(
      size(HEADER.manifest, n_descsz),
      `note MFT1 n_descsz: got ${n_descsz}, expected 12 to 6668 bytes`,
    );
  }
});

test("a descriptor that leaves its PT_NOTE is refused", () => {
  const image = without(buildImage(), HEADER.allNotes);
  changeHeader(image, HEADER.manifest, { p_filesz: 100n });
  refuses(image, "note MFT1 n_descsz: got 116, expected at most 80, the bytes left in its PT_NOTE");
});

test("a PT_NOTE too small for a note, or without measure, is refused", () => {
  for (const p_filesz of [0n, 11n]) {
    const image = buildImage();
    changeHeader(image, HEADER.foreignNote, { p_filesz });
    refuses(image, `phdr[5].p_filesz: got ${p_filesz}, expected 12 to 65536 bytes in a PT_NOTE`);
  }
  const image = buildImage({ segments: [{ address: 0x102000, bytes: new Uint8Array(65537), flags: "rw-" }] });
  changeHeader(image, HEADER.foreignNote, { p_offset: 0n, p_filesz: 65537n });
  refuses(image, "phdr[5].p_filesz: got 65537, expected 12 to 65536 bytes in a PT_NOTE");
});

test("a foreign note that runs out of its segment ends the walk without an error", () => {
  const image = changed(HEADER.foreignNote, (bytes, at) =>
    Nhdr.write(bytes, { n_namesz: 0xffffffff, n_descsz: 0xffffffff }, at),
  );
  assert.equal(parseImage(image, "x").devices.length, 1);
});
