// inspect.test.ts: what `mayfly inspect` shows of an image.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildImage, TEXT_ADDRESS } from "../../test/support/image-builder.js";
import { parseImage } from "../image/image.js";
import { describeImage, inspectCommand, renderDescription } from "./inspect.js";

const image = parseImage(
  buildImage({
    code: new Uint8Array(40).fill(0x90),
    entry: TEXT_ADDRESS + 4,
    devices: [{ name: "disk", type: "block" }],
    segments: [{ address: TEXT_ADDRESS + 0x2000, memoryBytes: 2_097_152, flags: "rw-" }],
    symbols: [{ name: "_start", address: TEXT_ADDRESS }],
  }),
  "app.img",
);

test("describeImage gives an image as plain JSON", () => {
  const description = describeImage(image);
  assert.deepEqual(JSON.parse(JSON.stringify(description)), description);
  assert.deepEqual(description, {
    name: "app.img",
    target: "hvt",
    abiVersion: 2,
    entry: 0x100004,
    entrySymbol: "_start+0x4",
    end: 0x302000,
    segments: [
      { address: 0x100000, fileBytes: 40, memoryBytes: 40, flags: "--x", permissions: "rx" },
      { address: 0x101000, fileBytes: 300, memoryBytes: 300, flags: "r--", permissions: "r" },
      { address: 0x102000, fileBytes: 0, memoryBytes: 2_097_152, flags: "rw-", permissions: "rw" },
    ],
    devices: [{ handle: 1, type: "block", name: "disk" }],
    function: null,
  });
});

test("renderDescription shows the same in columns", () => {
  assert.equal(
    renderDescription(describeImage(image)),
    [
      "image   app.img",
      "target  hvt, ABI version 2",
      "entry   0x100004 (_start+0x4)",
      "end     0x302000",
      "",
      "segments",
      "address   flags  in file    in memory  guest may",
      "0x100000  --x       40 B         40 B  read, execute",
      "0x101000  r--      300 B        300 B  read",
      "0x102000  rw-        0 B  2,097,152 B  read, write",
      "",
      "manifest",
      "handle  type   name",
      "     1  block  disk",
    ].join("\n"),
  );
});

test("an image without devices and without symbols is shown so", () => {
  const output = renderDescription(describeImage(parseImage(buildImage(), "app.img")));
  assert.match(output, /^entry {3}0x100000$/m);
  assert.match(output, /^manifest: no devices$/m);
});

test("a function is shown with its engine, its bytecode and its source map", () => {
  const shown = (state: "present" | "missing" | "foreign") =>
    renderDescription(
      describeImage(image, {
        engine: "quickjs-ng 0.17.0",
        programBytes: 1234,
        preludeBytes: 56_789,
        sourceMap: { path: "app.img.map", state },
      }),
    ).split("\n\n")[1];
  assert.equal(
    shown("present"),
    [
      "function",
      "engine       quickjs-ng 0.17.0",
      "application  1,234 B of bytecode",
      "prelude      56,789 B of bytecode",
      "source map   app.img.map",
    ].join("\n"),
  );
  assert.match(shown("missing")!, /app\.img\.map \(missing: stacks will name the bundle's lines\)$/);
  assert.match(shown("foreign")!, /app\.img\.map \(of another build: /);
});

test("the command lets a bad image's error through", async () => {
  const running = inspectCommand().parseAsync(["/dev/null"], { from: "user" });
  await assert.rejects(running, { name: "MayflyError", code: "IMAGE_UNREADABLE" });
});
