// command.test.ts: `mayfly build`, as typed: one line, and what a mistake looks like.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { buildCommand, buildLine } from "../../src/cli/build.js";
import { loadImage } from "../../src/image/image.js";
import { scratchFolder } from "./scratch.js";

const source =
  "#include <solo5.h>\nint solo5_app_main(const struct solo5_start_info *info) { (void)info; return STATUS; }\n";

function parse(...argv: string[]) {
  return buildCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .parseAsync(argv, { from: "user" });
}

test("mayfly build compiles a file with the manifest and the flags given", async (context) => {
  const folder = await scratchFolder(context);
  const app = join(folder, "app.c");
  const manifest = join(folder, "net.json");
  const output = join(folder, "app.img");
  await writeFile(app, source);
  await writeFile(
    manifest,
    '{"type":"solo5.manifest","version":1,"devices":[{"name":"service","type":"NET_BASIC"}]}',
  );
  const lines = context.mock.method(process.stdout, "write", () => true);
  await parse(app, "-o", output, "--manifest", manifest, "--cflags=-DSTATUS=3 -O1");
  const line = String(lines.mock.calls[0]?.arguments[0]);
  lines.mock.restore();
  assert.match(line, /app\.img {2}[\d.]+ KiB {2}built in \d+ ms\n$/);
  assert.deepEqual(
    (await loadImage(output)).devices.map(({ name, type }) => [name, type]),
    [["service", "net"]],
  );
});

test("mayfly build passes the compiler's error on", async (context) => {
  const folder = await scratchFolder(context);
  const app = join(folder, "app.c");
  await writeFile(app, source);
  await assert.rejects(parse(app, "-o", join(folder, "app.img")), {
    code: "BUILD_FAILED",
    message: /STATUS/,
  });
});

test("mayfly build asks for an output", async () => {
  await assert.rejects(parse("app.c"), { code: "commander.missingMandatoryOptionValue" });
});

test("the line says when nothing was to be done", () => {
  assert.equal(buildLine("app.img", 2048, false, 12), "app.img  2.0 KiB  is fresh");
  assert.equal(buildLine("app.img", 11_500, true, 57.4), "app.img  11.2 KiB  built in 57 ms");
});
