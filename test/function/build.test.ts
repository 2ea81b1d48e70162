// build.test.ts: building a function: what is refused says where and why, and what is built is whole.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { buildFunction } from "../../src/build/function/build-function.js";
import { LINEAR_BASE } from "../../src/build/function/layout.js";
import { ConsoleCollector, type MayflyError, parseImage } from "../../src/index.js";
import { mayfly } from "../support/mayfly.js";
import { machines } from "../vm/support/machines.js";
import { project, whyNoRuntime } from "./support.js";

const well = `export default { fetch: () => new Response("well") };`;

async function refusal(context: TestContext, files: Record<string, string>): Promise<MayflyError> {
  const folder = await project(context, files);
  const error = await buildFunction({
    source: join(folder, "handler.ts"),
    output: join(folder, "handler.img"),
  }).then(
    () => assert.fail("it was built"),
    (error: MayflyError) => error,
  );
  assert.equal(error.code, "BUILD_FAILED");
  await assert.rejects(readFile(join(folder, "handler.img")), { code: "ENOENT" });
  return error;
}

test("a syntax error is told with file, line, column and the line itself", {
  skip: whyNoRuntime,
}, async (context) => {
  const { message, details } = await refusal(context, {
    "handler.ts": `import "./part.js";\n${well}`,
    "part.ts": "const fine = 1;\nconst broken = = fine;\n",
  });
  assert.match(message, /part\.ts:2:16: Unexpected "="$/);
  assert.match(details ?? "", /\n {2}2 \| const broken = = fine;\n {4}\| {16}\^$/);
});

test("a module of Node's own is named, and who imports it", { skip: whyNoRuntime }, async (context) => {
  const files = { "handler.ts": `import "./lib/files.js";\n${well}` };
  for (const name of ["node:fs", "fs", "fs/promises", "child_process"]) {
    const importer = `import * as it from "${name}";\nconsole.log(it);\n`;
    const { message } = await refusal(context, { ...files, "lib/files.ts": importer });
    assert.match(
      message,
      new RegExp(`lib/files\\.ts:1:21: ${name} is built into Node.js .* imported by .*lib/files\\.ts$`),
    );
  }
});

test("an import that leads nowhere, and a handler that is not there, are told", {
  skip: whyNoRuntime,
}, async (context) => {
  const { message } = await refusal(context, { "handler.ts": `import "./absent.js";\n${well}` });
  assert.match(message, /handler\.ts:1:8: Could not resolve "\.\/absent\.js"/);
  assert.match((await refusal(context, { "other.ts": well })).message, /Could not resolve "\.\/handler\.ts"/);
});

test("what esbuild lets pass and the engine does not is told, too", {
  skip: whyNoRuntime,
}, async (context) => {
  const { message } = await refusal(context, { "handler.ts": `export const pattern = /a{2,1}/;\n${well}` });
  assert.match(message, /^compiling handler\.ts: .*SyntaxError/);
});

test("an image has the application as a read-only segment, and its source map beside it", {
  skip: whyNoRuntime,
}, async (context) => {
  const folder = await project(context, { "handler.mjs": well });
  const output = join(folder, "out.img");
  const first = await buildFunction({ source: join(folder, "handler.mjs"), output });
  assert.equal(first.built, true);
  const image = parseImage(await readFile(output), "out.img");
  const application = image.segments.at(-1)!;
  assert.equal(application.permissions, "r");
  assert.ok(application.address > LINEAR_BASE);
  assert.equal(Buffer.from(application.fileBytes.subarray(0, 8)).toString(), "MAYFLYJS");
  const map = JSON.parse(await readFile(`${output}.map`, "utf8")) as { version: number; sources: string[] };
  assert.equal(map.version, 3);
  assert.ok(map.sources.includes("handler.mjs"));
  assert.equal((await buildFunction({ source: join(folder, "handler.mjs"), output })).built, false);
});

test("the command builds a function, and takes one file only", { skip: whyNoRuntime }, async (context) => {
  const folder = await project(context, { "handler.js": well, "other.js": well });
  const output = join(folder, "out.img");
  const built = await mayfly("build", join(folder, "handler.js"), "-o", output);
  assert.equal(built.status, 0, built.stderr);
  assert.match(built.stdout, /out\.img {2}[\d.]+ KiB {2}built in \d+ ms\n$/);
  const two = await mayfly("build", join(folder, "handler.js"), join(folder, "other.js"), "-o", output);
  assert.notEqual(two.status, 0);
  assert.match(two.stderr, /got 2 files, expected one handler/);
});

test("bytecode that was changed is refused by the runtime", { skip: whyNoRuntime }, async (context) => {
  const folder = await project(context, { "handler.js": well });
  const output = join(folder, "out.img");
  await buildFunction({ source: join(folder, "handler.js"), output });
  const bytes = await readFile(output);
  const { fileBytes } = parseImage(bytes, "out.img").segments.at(-1)!;
  const machine = machines.find(({ skip }) => skip === false);
  if (machine === undefined) return context.skip("neither machine works on this host");
  await using monitor = machine.open();
  for (const at of [12, 15, 19, 20, fileBytes.length >> 1, fileBytes.length - 5]) {
    fileBytes[at]! ^= 4;
    const console = new ConsoleCollector(1 << 16);
    const vm = monitor.create(parseImage(bytes, "out.img"), {
      console: console.sink,
      limits: { memoryMiB: 32 },
    });
    await vm.run();
    assert.match(console.text(), /corrupt/, `byte ${at}`);
    await vm.close();
    fileBytes[at]! ^= 4;
  }
});
