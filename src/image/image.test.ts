// image.test.ts: what a valid image says of itself; every field that can be wrong is refused by name.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isSlowHost } from "../../test/support/emulation.js";
import {
  buildImage,
  changeHeader,
  HEADER,
  haltCode,
  TEXT_ADDRESS,
} from "../../test/support/image-builder.js";
import { MayflyError } from "../errors.js";
import { Image, loadImage, parseImage } from "./image.js";

const DATA = TEXT_ADDRESS + 0x2000;
const BSS = TEXT_ADDRESS + 0x3000;

/** One image with everything: data, a BSS of megabytes, devices, symbols. */
function fullImage(): Uint8Array {
  return buildImage({
    devices: [
      { name: "disk", type: "block" },
      { name: "net0", type: "net" },
    ],
    segments: [
      { address: DATA, bytes: Uint8Array.of(1, 2, 3), flags: "rw-" },
      { address: BSS, memoryBytes: 3_000_001, flags: "rw-" },
    ],
    symbols: [
      { name: "_start", address: TEXT_ADDRESS },
      { name: "spin", address: TEXT_ADDRESS + 8 },
      { name: "counter", address: DATA },
    ],
  });
}

test("parseImage tells target, entry, segments, end and devices", () => {
  const image = parseImage(fullImage(), "full");
  assert.equal(image.name, "full");
  assert.equal(image.target, "hvt");
  assert.equal(image.abiVersion, 2);
  assert.equal(image.entry, TEXT_ADDRESS);
  assert.equal(image.end, 0x3e0000);
  assert.deepEqual(image.devices, [
    { name: "disk", type: "block", handle: 1 },
    { name: "net0", type: "net", handle: 2 },
  ]);
  const segments = image.segments.map(({ fileBytes, ...rest }) => ({ ...rest, fileBytes: fileBytes.length }));
  const code = haltCode().length;
  assert.deepEqual(segments[0], {
    address: TEXT_ADDRESS,
    fileBytes: code,
    memoryBytes: code,
    flags: "--x",
    permissions: "rx",
  });
  assert.deepEqual(segments[2], {
    address: DATA,
    fileBytes: 3,
    memoryBytes: 3,
    flags: "rw-",
    permissions: "rw",
  });
  assert.deepEqual(segments[3], {
    address: BSS,
    fileBytes: 0,
    memoryBytes: 3_000_001,
    flags: "rw-",
    permissions: "rw",
  });
});

test("a segment's bytes are a view of the file, not a copy", () => {
  const bytes = fullImage();
  const image = parseImage(bytes, "full");
  assert.deepEqual([...image.segments[2]!.fileBytes], [1, 2, 3]);
  assert.equal(image.segments[2]!.fileBytes.buffer, bytes.buffer);
});

test("parseImage reads a file that lies within a larger buffer", () => {
  const bytes = fullImage();
  const larger = new Uint8Array(bytes.length + 24);
  larger.set(bytes, 11);
  const image = parseImage(larger.subarray(11, 11 + bytes.length), "inner");
  assert.deepEqual([...image.segments[2]!.fileBytes], [1, 2, 3]);
  assert.equal(image.devices.length, 2);
  assert.equal(image.symbolAt(DATA)?.name, "counter");
});

test("regions are whole pages, joined where permissions agree", () => {
  assert.deepEqual(parseImage(fullImage(), "full").regions(), [
    { start: TEXT_ADDRESS, end: TEXT_ADDRESS + 0x1000, permissions: "rx" },
    { start: TEXT_ADDRESS + 0x1000, end: DATA, permissions: "r" },
    { start: DATA, end: 0x3e0000, permissions: "rw" },
  ]);
});

test("the entry lies within the file bytes of an executable segment", () => {
  const expected = {
    code: "IMAGE_INVALID",
    message: /^x: e_entry: got 0x[0-9a-f]+, expected an address in an executable/,
  };
  for (const entry of [0, TEXT_ADDRESS - 1, TEXT_ADDRESS + haltCode().length, DATA, 2 ** 52]) {
    const bytes = buildImage({
      entry,
      segments: [{ address: DATA, bytes: Uint8Array.of(0x90), flags: "rw-" }],
    });
    assert.throws(() => parseImage(bytes, "x"), expected, `entry ${entry}`);
  }
  const last = TEXT_ADDRESS + haltCode().length - 1;
  assert.equal(parseImage(buildImage({ entry: last }), "x").entry, last);
});

test("an entry in the zeros behind an executable segment's file bytes is refused", () => {
  const bytes = buildImage({ entry: TEXT_ADDRESS + haltCode().length });
  changeHeader(bytes, HEADER.text, { p_memsz: 4096n });
  assert.throws(() => parseImage(bytes, "x"), /x: e_entry: got/);
});

test("an error stays on one line whatever the file's name is", () => {
  assert.throws(
    () => parseImage(new Uint8Array(3), "a\nb\u2028\u001b[31m"),
    (error) =>
      error instanceof MayflyError &&
      /^a\?b\?\?\[31m: file size: got 3 bytes, expected at least 64/.test(error.message),
  );
});

test("loadImage reads a file, and says which file it could not read", async () => {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-image-"));
  try {
    const path = join(folder, "a.img");
    writeFileSync(path, fullImage());
    assert.equal((await Image.load(path)).devices.length, 2);
    assert.equal((await loadImage(path)).name, path);

    const missing = join(folder, "none.img");
    for (const unreadable of [missing, folder, "/dev/zero", "a\0b"]) {
      await assert.rejects(loadImage(unreadable), (error) => {
        assert.ok(error instanceof MayflyError);
        assert.equal(error.code, "IMAGE_UNREADABLE");
        assert.ok(error.message.includes(unreadable.replace("\0", "?")));
        return true;
      });
    }
    await assert.rejects(loadImage(missing), {
      message: `read image ${missing}: ENOENT: no such file or directory`,
    });
    writeFileSync(path, "#!/bin/sh\n");
    await assert.rejects(loadImage(path), { code: "IMAGE_INVALID" });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a program of the host is refused with one line", async () => {
  await assert.rejects(loadImage(process.execPath), {
    code: "IMAGE_INVALID",
    message: /^[^\n]+: (e_type|note ABI1|phdr\[\d+\]\.\w+|e_entry): got [^\n]+, expected [^\n]+$/,
  });
});

/** Half a millisecond, or what an emulated CPU makes of it. */
const LONGEST_PARSE_MS = isSlowHost ? 15 : 0.5;

test("a small image is parsed in well under a millisecond", () => {
  const bytes = fullImage();
  for (let i = 0; i < 200; i++) parseImage(bytes, "warm");
  const times = Array.from({ length: 200 }, () => {
    const start = performance.now();
    parseImage(bytes, "timed");
    return performance.now() - start;
  }).sort((a, b) => a - b);
  assert.ok(times[100]! < LONGEST_PARSE_MS, `the median of 200 is ${times[100]} ms`);
});

const solo5Tests = process.env.SOLO5_TESTS;
test("every test image of Solo5 parses, but for the one that is broken on purpose", {
  skip: solo5Tests ? false : "SOLO5_TESTS does not name Solo5's folder of built tests",
}, async () => {
  const images = readdirSync(solo5Tests!, { recursive: true, encoding: "utf8" }).filter((path) =>
    path.endsWith(".hvt"),
  );
  assert.ok(images.length > 0, `no .hvt file under ${solo5Tests}`);
  for (const path of images) {
    const loading = loadImage(join(solo5Tests!, path));
    if (path.endsWith("buggyelf.hvt")) {
      await assert.rejects(loading, /note MFT1 n_descsz: got 1, expected 12 to 6668 bytes/);
      continue;
    }
    const image = await loading;
    assert.equal(image.segments[0]!.permissions, "rx", path);
    assert.equal(image.symbolAt(image.entry)?.name, "_start", path);
    assert.ok(
      image.segments.some(({ fileBytes, memoryBytes }) => fileBytes.length === 0 && memoryBytes > 0),
      path,
    );
    assert.equal(image.regions().length, path.includes("test_tls") ? 5 : 3, path);
  }
  const devices = async (name: string) => (await loadImage(join(solo5Tests!, name, `${name}.hvt`))).devices;
  assert.deepEqual(await devices("test_hello"), []);
  assert.deepEqual(await devices("test_net_2if"), [
    { name: "service0", type: "net", handle: 1 },
    { name: "service1", type: "net", handle: 2 },
  ]);
  assert.equal((await devices("test_mft_maxdevices")).length, 63);
});
