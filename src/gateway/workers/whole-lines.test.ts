// whole-lines.test.ts: lines of a stream, whole, however it comes.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import fc from "fast-check";
import { wholeLines } from "./whole-lines.js";

async function readAll(
  pieces: readonly Uint8Array[],
  onBroken: (part: string) => void = assert.fail,
): Promise<string[]> {
  const stream = new PassThrough();
  const told: string[] = [];
  wholeLines(stream, (lines) => told.push(lines), onBroken);
  for (const piece of pieces) stream.write(piece);
  stream.end();
  await new Promise((resolve) => stream.once("close", resolve));
  return told;
}

test("whatever its pieces, a text comes whole, and each part of it ends with a line", () =>
  fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: "grapheme" })), fc.nat(), async (lines, seed) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
      const at = bytes.length === 0 ? 0 : seed % bytes.length;
      const told = await readAll([bytes.subarray(0, at), bytes.subarray(at)]);
      assert.equal(told.join(""), bytes.toString());
      assert.ok(told.every((part) => part.endsWith("\n")));
    }),
  ));

test("a line that breaks off is told apart", async () => {
  const broken: string[] = [];
  assert.deepEqual(await readAll([Buffer.from("a\nb")], (part) => broken.push(part)), ["a\n"]);
  assert.deepEqual(broken, ["b"]);
});

test("a line without an end is cut", async () => {
  const piece = Buffer.alloc(300_000, "x");
  const broken: string[] = [];
  const told = await readAll([piece, piece, piece, piece, piece], (part) => broken.push(part));
  assert.ok(told.length > 0 && told.every((part) => part.endsWith("\n")));
  assert.equal([...told, ...broken].join("").replaceAll("\n", "").length, 1_500_000);
});
