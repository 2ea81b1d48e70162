// image-loader.test.ts: what images have in common is there once; an image is what its own file says, whoever was loaded before.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { buildImage, TEXT_ADDRESS } from "../../test/support/image-builder.js";
import { Ehdr, PF_R, Phdr } from "./elf.js";
import { parseImage } from "./image.js";
import { ImageLoader } from "./image-loader.js";

const DATA = TEXT_ADDRESS + 0x4000;
const code = new Uint8Array(5000).fill(0x90);

/** Text and symbols of all of them are alike. */
function imageWith(content: string): Uint8Array {
  return buildImage({
    code,
    symbols: [{ name: "_start", address: TEXT_ADDRESS }],
    segments: [{ address: DATA, bytes: Buffer.from(content), memoryBytes: 64, flags: "r--" }],
  });
}

async function folderOf(context: TestContext, files: Record<string, Uint8Array>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mayfly-loader-"));
  context.after(() => rm(folder, { recursive: true }));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
  return folder;
}

test("images have equal segments in one place, and different ones apart", async (context) => {
  const folder = await folderOf(context, { one: imageWith("one"), two: imageWith("two") });
  const images = new ImageLoader();
  const [one, two] = await Promise.all(["one", "two"].map((name) => images.load(join(folder, name), name)));
  assert.equal(one!.segments[0]!.fileBytes, two!.segments[0]!.fileBytes);
  const contentOf = (image = one!): string => Buffer.from(image.segments.at(-1)!.fileBytes).toString();
  assert.deepEqual([contentOf(one), contentOf(two)], ["one", "two"]);
});

test("an image that was loaded is what parseImage makes of its file, symbols included", async (context) => {
  const bytes = imageWith("one");
  const folder = await folderOf(context, { one: bytes, larger: imageWith("x".repeat(60)) });
  const images = new ImageLoader();
  await images.load(join(folder, "larger"));
  const loaded = await images.load(join(folder, "one"), "one");
  // Its memory serves the next file.
  await images.load(join(folder, "larger"));
  const parsed = parseImage(bytes, "one");
  const plain = (image: typeof parsed) =>
    image.segments.map(({ fileBytes, ...rest }) => ({ ...rest, fileBytes: Buffer.from(fileBytes) }));
  assert.deepEqual(plain(loaded), plain(parsed));
  assert.deepEqual({ ...loaded, segments: [] }, { ...parsed, segments: [] });
  assert.deepEqual(loaded.symbolAt(TEXT_ADDRESS + 1), { name: "_start", offset: 1 });
});

test("a damaged file is refused although a whole one was loaded before, and harms no later one", async (context) => {
  const whole = imageWith("one");
  const broken = Uint8Array.from(whole);
  Ehdr.write(broken, { ...Ehdr.read(broken), e_entry: 0n });
  const folder = await folderOf(context, {
    whole,
    broken,
    short: whole.subarray(0, 100),
    none: Buffer.alloc(0),
  });
  const images = new ImageLoader();
  await images.load(join(folder, "whole"));
  for (const name of ["broken", "short", "none"])
    await assert.rejects(images.load(join(folder, name), name), {
      code: "IMAGE_INVALID",
      message: RegExp(`^${name}: `),
    });
  await assert.rejects(images.load(join(folder, "absent")), { code: "IMAGE_UNREADABLE" });
  await assert.rejects(images.load(folder), { code: "IMAGE_UNREADABLE" });
  assert.equal(
    Buffer.from((await images.load(join(folder, "whole"))).segments.at(-1)!.fileBytes).toString(),
    "one",
  );
});

test("a file whose segments overlap takes no more memory than it has bytes", async (context) => {
  const segments = Array.from({ length: 20 }, (_, i) => ({
    address: DATA + i * 0x2000,
    bytes: new Uint8Array(5000),
    memoryBytes: 5000,
    flags: "r--" as const,
  }));
  const bytes = buildImage({ code, segments });
  // Each begins where the first does, and is another length.
  const { e_phoff, e_phnum } = Ehdr.read(bytes);
  const headers = Array.from({ length: e_phnum }, (_, i) => Number(e_phoff) + i * Phdr.size);
  const loads = headers.filter(
    (at) => Phdr.read(bytes, at).p_flags === PF_R && Phdr.read(bytes, at).p_memsz === 5000n,
  );
  assert.equal(loads.length, segments.length);
  const first = Phdr.read(bytes, loads[0]!).p_offset;
  for (const [i, at] of loads.entries())
    Phdr.write(bytes, { ...Phdr.read(bytes, at), p_offset: first, p_filesz: 5000n - BigInt(i) }, at);
  const folder = await folderOf(context, { many: bytes.subarray(0, Number(first) + 5000) });
  const image = await new ImageLoader().load(join(folder, "many"));
  assert.equal(new Set(image.segments.map(({ fileBytes }) => fileBytes.buffer)).size, 1);
});
