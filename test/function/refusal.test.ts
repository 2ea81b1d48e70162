// refusal.test.ts: handlers that cannot be built: each refusal says what is wrong, where, and what to do about it.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { buildFunction } from "../../src/build/function/build-function.js";
import type { MayflyError } from "../../src/index.js";
import { mayfly } from "../support/mayfly.js";
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
  assert.match(details ?? "", /^ {2}2 \| const broken = = fine;\n {4}\| {16}\^$/);
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

test("an import that leads nowhere is told", {
  skip: whyNoRuntime,
}, async (context) => {
  const { message } = await refusal(context, { "handler.ts": `import "./absent.js";\n${well}` });
  assert.match(message, /handler\.ts:1:8: Could not resolve "\.\/absent\.js"/);
});

test("a mistake in a regular expression is told with file, line, column and the line itself", {
  skip: whyNoRuntime,
}, async (context) => {
  const { message, details } = await refusal(context, {
    "handler.ts": `import { find } from "./part.js";\nfind("");\n${well}`,
    "part.ts":
      "interface Gone {}\nawait null;\nexport function find(text: string): boolean {\n\treturn /(/.test(text);\n}\n",
  });
  assert.match(
    message,
    /^building .*handler\.ts: .*part\.ts:4:9: SyntaxError: Invalid regular expression: \/\(\/: Unterminated group$/,
  );
  assert.match(details ?? "", /^ {2}4 \| \treturn \/\(\/\.test\(text\);\n {4}\| \t {7}\^\^\^$/);
});

test("a package that is not installed is told with the command that installs it", {
  skip: whyNoRuntime,
}, async (context) => {
  const { mend } = await refusal(context, {
    "handler.ts": `import "./a.js";\nimport "@scope/left";\n${well}`,
    "a.js": "",
  });
  assert.equal(mend, "npm install @scope/left");
});

test("what is missing is named once, all of it, and so is what else can be mended", {
  skip: whyNoRuntime,
}, async (context) => {
  const { mend } = await refusal(context, {
    "handler.ts":
      'import "left";\nimport "left";\nimport "@scope/right/deep";\nimport "sub/path";\nimport "src/own";\n' +
      `import "node:fs";\nimport "net";\nimport page from "./page.html";\nconsole.log(page);\n${well}`,
    "src/other.ts": "",
    "page.html": "<p>",
  });
  assert.match(
    mend!,
    /^npm install left @scope\/right sub; Use the web's API in the place of node:fs, net, .*; Import a file of another kind .*\{ type: "text" \}/,
  );
});

test("a file of another kind is imported as a text or as bytes", { skip: whyNoRuntime }, async (context) => {
  const { message, mend } = await refusal(context, {
    "handler.ts": `import page from "./page.html";\nconsole.log(page);\n${well}`,
    "page.html": "<p>",
  });
  assert.match(message, /handler\.ts:1:18: No loader is configured for "\.html" files/);
  assert.match(mend!, /^Import .*: import page from ".\/page\.html" with \{ type: "text" \}, or "bytes"$/);
  const folder = await project(context, {
    "handler.ts": ["text", "bytes"]
      .map((type) => `import ${type} from "./page.html" with { type: "${type}" };\nconsole.log(${type});\n`)
      .join("")
      .concat(well),
    "page.html": "<p>",
  });
  await buildFunction({ source: join(folder, "handler.ts"), output: join(folder, "handler.img") });
});

test("a file that is neither image nor handler is told what a handler is called", async (context) => {
  const folder = await project(context, { "handler.cjs": "module.exports = {};", "empty.img": "" });
  for (const name of ["handler.cjs", "empty.img"])
    for (const args of [["invoke"], ["serve", "--port=0"]]) {
      const { status, stderr } = await mayfly(...args, join(folder, name));
      assert.equal(status, 1);
      assert.match(
        stderr,
        /^mayfly: .*: got another file, expected an image that mayfly build made, or a handler \(\.ts, \.mts, \.tsx, \.js, \.mjs, \.jsx\)\n$/,
      );
    }
  const { stderr } = await mayfly("build", join(folder, "handler.cjs"), "-o", join(folder, "x.img"));
  assert.match(stderr, /expected C files \(\.c, \.S, \.s\), or a handler \(\.ts, /);
});

test("a module of Node's own deep in a package is told with the package's file", {
  skip: whyNoRuntime,
}, async (context) => {
  const { message, mend } = await refusal(context, {
    "handler.ts": `import "said";\n${well}`,
    "node_modules/said/package.json": '{ "main": "lib/index.js" }',
    "node_modules/said/lib/index.js": 'exports.read = () =>\n  require("node:fs").readFileSync("x");',
  });
  assert.match(
    message,
    /said\/lib\/index\.js:2:11: node:fs is built into Node\.js .* imported by .*said\/lib\/index\.js$/,
  );
  assert.match(mend!, /^Use the web's API/);
});

test("what a package replaces for browsers, and what it only tries, is no mistake", {
  skip: whyNoRuntime,
}, async (context) => {
  const folder = await project(context, {
    "handler.ts": `import "said";\n${well}`,
    "node_modules/said/package.json":
      '{ "main": "a.js", "browser": { "fs": false, "./node.js": "./web.js" } }',
    "node_modules/said/a.js": 'require("fs"); require("./node.js"); try { require("crypto") } catch {}',
    "node_modules/said/node.js": 'require("path");',
    "node_modules/said/web.js": "",
  });
  await buildFunction({ source: join(folder, "handler.ts"), output: join(folder, "handler.img") });
});

test("a handler without a default export is told what to export", { skip: whyNoRuntime }, async (context) => {
  for (const text of [
    "",
    "// nothing\n",
    "export const fetch = () => 1;",
    "export interface Only {}",
    "addEventListener('fetch', () => {});",
  ]) {
    const { message, mend } = await refusal(context, { "handler.ts": text });
    assert.match(
      message,
      /: got a module without a default export, expected `export default \{ fetch\(request\) \{ … \} \}`$/,
      text,
    );
    assert.equal(mend, "Export the handler: export default { fetch }");
  }
});

test("what the engine refuses is told with its place, where it knows one", {
  skip: whyNoRuntime,
}, async (context) => {
  const { message, details } = await refusal(context, {
    "handler.ts": `${well}\nconst fine: number = 1;\nglobalThis.f = (a) => { "use strict"; return a.b ??= \u0061rguments = 1; };`,
  });
  assert.match(message, /^building .*handler\.ts: .*handler\.ts:3:\d+: /);
  assert.match(details!, /^ {2}3 \| /);
});

test("a handler that is no file, and an output that is a source, are refused", async (context) => {
  const folder = await project(context, {
    "handler.ts": `import "./part.js";\n${well}`,
    "part.ts": "console.log(1);",
  });
  await mkdir(join(folder, "folder.ts"));
  const build = (source: string, output: string) =>
    buildFunction({ source: join(folder, source), output: join(folder, output) });
  const code = "OPTION_INVALID";
  await assert.rejects(build("absent.ts", "x.img"), {
    code,
    message: /absent\.ts: got a path that does not exist/,
  });
  await assert.rejects(build("folder.ts", "x.img"), {
    code,
    message: /folder\.ts: got a directory or a device/,
  });
  await assert.rejects(build("handler.ts", "handler.ts"), { code, message: /got a source/ });
  if (whyNoRuntime === false)
    await assert.rejects(build("handler.ts", "part.ts"), { code, message: /got a source/ });
  assert.equal(await readFile(join(folder, "part.ts"), "utf8"), "console.log(1);");
});
