// check-types.test.ts: `--check` finds what the compiler finds, by the project's own rules where it has some.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { checkTypes } from "../../src/build/type-check/check-types.js";
import { findTypeScript } from "../../src/build/type-check/find-typescript.js";
import type { MayflyError } from "../../src/index.js";
import { mayfly } from "../support/mayfly.js";
import { project, whyNoRuntime } from "./support.js";

const well = `export default {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    for (const [name, value] of request.headers) console.log(name, value);
    return Response.json({ path: url.pathname, id: crypto.randomUUID() });
  },
};
`;

const failureOf = (source: string): Promise<MayflyError> =>
  checkTypes(source).then(
    () => assert.fail("nothing was found"),
    (error: MayflyError) => error,
  );

test("a handler finds a worker's names without a tsconfig.json", async (context) => {
  const folder = await project(context, {
    "handler.ts": well,
    "plain.js": "export default { fetch: () => 1 };",
  });
  await checkTypes(join(folder, "handler.ts"));
  await checkTypes(join(folder, "plain.js"));
});

test("a mistake is told as a syntax error is: file, line, column, excerpt", async (context) => {
  const folder = await project(context, {
    "handler.ts": `import { half } from "./half.js";\n${well}half("2");\n`,
    "half.ts": "export function half(n: number): number {\n\tconst text: string = n / 2;\n\treturn n;\n}\n",
  });
  const { code, message, details } = await failureOf(join(folder, "handler.ts"));
  assert.equal(code, "BUILD_FAILED");
  assert.match(
    message,
    /^checking types of .*handler\.ts: .*half\.ts:2:8: Type 'number' is not assignable to type 'string'\. \(TS2322\) \(and 1 more\)$/,
  );
  assert.match(details!, /half\.ts:2:8: .*\n {2}2 \| \tconst text: string = n \/ 2;\n {4}\| \t {6}\^{4}\n/);
  assert.match(details!, /handler\.ts:9:6: Argument of type 'string'/);
});

test("the project's tsconfig.json counts, and its declarations; its other files do not", async (context) => {
  const folder = await project(context, {
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        strict: false,
        lib: ["ES2022", "WebWorker"],
        types: [],
        module: "ESNext",
        moduleResolution: "Bundler",
      },
      include: ["src"],
    }),
    "src/handler.ts": "export default { fetch(it) { return new Response(greeting + it.url); } };\n",
    "src/names.d.ts": "declare const greeting: string;\n",
    "src/broken.ts": "const no: number = 'text';\n",
  });
  await checkTypes(join(folder, "src", "handler.ts"));
});

test("a tsconfig.json that is none is told", async (context) => {
  const folder = await project(context, {
    "tsconfig.json": '{ "compilerOptions": { "strict": "perhaps" } }',
    "handler.ts": well,
  });
  assert.match((await failureOf(join(folder, "handler.ts"))).message, /strict.*\(TS\d+\)/);
});

test("nothing is left behind", async (context) => {
  const folder = await project(context, { "handler.ts": well, "node_modules/any/package.json": "{}" });
  await checkTypes(join(folder, "handler.ts"));
  assert.deepEqual(await readdir(join(folder, "node_modules", ".cache")), []);
});

test("without TypeScript the mend is to install it", () => {
  assert.throws(() => findTypeScript(["/nowhere/at/all"]), {
    code: "BUILD_FAILED",
    message: "checking types: got no package typescript in /nowhere/at/all and above, expected one",
    mend: "npm install --save-dev typescript",
  });
});

test("the command checks types when it is asked, and only then", { skip: whyNoRuntime }, async (context) => {
  const folder = await project(context, { "handler.ts": `${well}const no: number = "text";\n` });
  const args = ["build", join(folder, "handler.ts"), "-o", join(folder, "handler.img")];
  const checked = await mayfly(...args, "--check");
  assert.equal(checked.status, 1);
  assert.match(checked.stderr, /handler\.ts:8:7: Type 'string' is not assignable to type 'number'/);
  assert.deepEqual((await readdir(folder)).sort(), ["handler.ts"]);
  const unchecked = await mayfly(...args);
  assert.equal(unchecked.status, 0, unchecked.stderr);
});

test("--check is for functions", async (context) => {
  const folder = await project(context, { "app.c": "int main;" });
  const { status, stderr } = await mayfly(
    "build",
    join(folder, "app.c"),
    "-o",
    join(folder, "app.img"),
    "--check",
  );
  assert.equal(status, 1);
  assert.match(stderr, /--check is for functions/);
});
