// append-segment.test.ts: an image with one more segment is an image still, and nothing else of it changed.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseImage } from "../../image/image.js";
import { appendSegment } from "./append-segment.js";

const hello = fileURLToPath(new URL("../../../../build/apps/hello.img", import.meta.url));

test("appendSegment adds a read-only segment behind the others", async () => {
  const elf = await readFile(hello);
  const before = parseImage(elf, "hello");
  const content = Buffer.from("what the runtime reads");
  const after = parseImage(appendSegment(elf, 0x720000, content), "hello");
  assert.deepEqual(after.segments.slice(0, -1), before.segments);
  const added = after.segments.at(-1)!;
  assert.equal(added.address, 0x720000);
  assert.equal(added.permissions, "r");
  assert.deepEqual(Buffer.from(added.fileBytes), content);
  assert.equal(after.entry, before.entry);
  assert.deepEqual(after.symbolAt(after.entry), before.symbolAt(before.entry));
});

test("a segment below the others is no image", async () => {
  const elf = await readFile(hello);
  assert.throws(() => parseImage(appendSegment(elf, 0x100000, Buffer.alloc(8)), "hello"), {
    code: "IMAGE_INVALID",
  });
});
