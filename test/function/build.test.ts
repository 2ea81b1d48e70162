// build.test.ts: building a function: what is built is whole, and has its source map beside it.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { buildFunction, buildWith } from "../../src/build/function/build-function.js";
import { LINEAR_BASE } from "../../src/build/function/layout.js";
import { Toolchain } from "../../src/build/function/toolchain.js";
import { hashOfSourceMap, readApplication } from "../../src/image/application.js";
import { parseImage } from "../../src/index.js";
import { mayfly, noMachine } from "../support/mayfly.js";
import { project, whyNoRuntime } from "./support.js";

const well = `export default { fetch: () => new Response("well") };`;

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
  const json = await readFile(`${output}.map`, "utf8");
  const map = JSON.parse(json) as { version: number; file: string; sources: string[] };
  assert.equal(map.version, 3);
  assert.equal(map.file, "handler.bundle.js");
  assert.ok(map.sources.includes("handler.mjs"));
  const { engine, program, sourceMapHash } = readApplication(image)!;
  assert.match(engine, /^quickjs-ng \d+\.\d+\.\d+$/);
  assert.ok(program.length > 0);
  assert.deepEqual(Uint8Array.from(sourceMapHash), Uint8Array.from(hashOfSourceMap(json)));
  assert.equal((await buildFunction({ source: join(folder, "handler.mjs"), output })).built, false);
});

test("handlers built with shared tools come out as each does with its own, also beside one that is refused", {
  skip: whyNoRuntime,
}, async (context) => {
  const names = ["a.js", "b.js", "c.js"];
  const files = names.map((name) => [name, `export default { fetch: () => new Response("${name}") };`]);
  const folder = await project(context, {
    ...Object.fromEntries(files),
    "broken.js": "export default {{",
    // Esbuild lets it pass, the engine does not.
    "refused.js": `globalThis.pattern = /a{2,1}/;\n${well}`,
  });
  const tools = new Toolchain();
  const place = (name: string, kind: string) => ({
    source: join(folder, name),
    output: join(folder, `${name}.${kind}`),
  });
  const refusals = ["broken.js", "refused.js"].map((name) =>
    assert.rejects(buildWith(tools, place(name, "shared")), { code: "BUILD_FAILED" }),
  );
  await Promise.all([...refusals, ...names.map((name) => buildWith(tools, place(name, "shared")))]);
  for (const name of names) {
    await buildFunction(place(name, "own"));
    const [shared, own] = await Promise.all(
      ["shared", "own"].map((kind) => readFile(join(folder, `${name}.${kind}`))),
    );
    assert.ok(shared!.equals(own!), name);
  }
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

test("every kind of source builds: TypeScript, JavaScript, JSX, CommonJS", {
  skip: whyNoRuntime,
}, async (context) => {
  const files: Record<string, string> = {
    "a.ts": `enum Kind { One }\nexport default { fetch: (): Response => new Response(String(Kind.One)) };`,
    "b.mts": well,
    "c.js": well,
    "d.mjs": well,
    "e.tsx": `const h = (name: string) => name;\n/** @jsx h */\nexport default { fetch: () => new Response(<p />) };`,
    "f.jsx": `const h = (name) => name;\n/** @jsx h */\nexport default { fetch: () => new Response(<p />) };`,
    "g.js": `module.exports = { fetch: () => new Response("well") };`,
  };
  const folder = await project(context, files);
  for (const name of Object.keys(files)) {
    const output = join(folder, `${name}.img`);
    await buildFunction({ source: join(folder, name), output });
    assert.notEqual(readApplication(parseImage(await readFile(output), name)), undefined);
  }
});

test("JSX comes from where a file's pragma or its tsconfig.json says", {
  skip: whyNoRuntime || noMachine(),
}, async (context) => {
  const page = "export default { fetch: () => Response.json(<p>hello</p>) };\n";
  const runtime = "exports.jsx = (type, props) => ({ type, props });\n";
  const folder = await project(context, {
    "node_modules/own/jsx-runtime.js": runtime,
    "pragma.tsx": `/** @jsxImportSource own */\n${page}`,
    "pragma.jsx": `/** @jsxRuntime automatic @jsxImportSource own */\n${page}`,
    "asked/handler.tsx": page,
    "asked/tsconfig.json": '{ "compilerOptions": { "jsx": "react-jsx", "jsxImportSource": "own" } }',
  });
  for (const name of ["pragma.tsx", "pragma.jsx", "asked/handler.tsx"]) {
    const { stdout, stderr } = await mayfly("invoke", join(folder, name));
    assert.deepEqual({ stdout, stderr }, { stdout: '{"type":"p","props":{"children":"hello"}}', stderr: "" });
  }
});

test("mayfly inspect shows a function, for people and for programs", {
  skip: whyNoRuntime,
}, async (context) => {
  const folder = await project(context, { "handler.ts": well });
  const output = join(folder, "handler.img");
  await buildFunction({ source: join(folder, "handler.ts"), output });
  const { stdout } = await mayfly("inspect", output);
  assert.match(
    stdout,
    /\nfunction\nengine {7}quickjs-ng [\d.]+\napplication {2}\d+ B of bytecode\nprelude {6}[\d,]+ B of bytecode\n/,
  );
  const json = JSON.parse((await mayfly("inspect", "--json", output)).stdout) as { function: object };
  assert.deepEqual(Object.keys(json.function), ["engine", "programBytes", "preludeBytes", "sourceMap"]);
  const image = await readFile(output);
  parseImage(image, "handler.img").segments.at(-1)!.fileBytes[100]! ^= 1;
  await writeFile(output, image);
  assert.match(
    (await mayfly("inspect", output)).stderr,
    /application checksum: got 0x.*\n→ The file was damaged/,
  );
});
