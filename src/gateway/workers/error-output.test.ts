// error-output.test.ts: a process's standard error as texts that belong together.
import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { gatherErrorOutput } from "./error-output.js";

function gathered(...pieces: string[]): Promise<string[]> {
  return new Promise((resolve) => {
    const texts: string[] = [];
    const stream = new PassThrough();
    gatherErrorOutput(stream, (text) => texts.push(text));
    for (const piece of pieces) stream.write(piece);
    stream.end(() => stream.once("close", () => resolve(texts)));
  });
}

test("lines that come together are one text, without empty ones around it", async () => {
  assert.deepEqual(await gathered("\n<--- Last few GCs --->\n", "\nFATAL ERROR: heap\n"), [
    "<--- Last few GCs --->\n\nFATAL ERROR: heap",
  ]);
  assert.deepEqual(await gathered(), []);
});

test("a text is cut where it is too long, and says so", async () => {
  const [text, ...rest] = await gathered("x".repeat(9000), "y".repeat(9000));
  assert.deepEqual([text!.length, text!.at(-1), rest], [8193, "…", []]);
});
