// check-types.test.ts: `--check` finds what the compiler finds, by the project's own rules where it has some.
import assert from "node:assert/strict";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { checkTypes } from "../../src/build/type-check/check-types.js";
import { findTypeScript } from "../../src/build/type-check/find-typescript.js";
import type { MayflyError } from "../../src/index.js";
import { mayfly, root } from "../support/mayfly.js";
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

/** A project's own, strict and for workers. */
const OWN_TSCONFIG = JSON.stringify({
  compilerOptions: {
    strict: true,
    lib: ["ES2022", "WebWorker"],
    types: [],
    module: "ESNext",
    moduleResolution: "Bundler",
  },
});

test("a handler finds a worker's names without a tsconfig.json", async (context) => {
  const folder = await project(context, {
    "handler.ts": well,
    "plain.js": "export default { fetch: () => 1 };",
  });
  await checkTypes(join(folder, "handler.ts"));
  await checkTypes(join(folder, "plain.js"));
});

test("a handler has types by Mayfly's own, whether it is installed or not", async (context) => {
  const typed = (body: string) =>
    `import type { Context, Handler } from "mayfly/handler";
    const idOf = (ctx: Context): string => ctx.params.id ?? ctx.requestId ?? "none";
    export default {
      async fetch(request, env, ctx) { ctx.waitUntil(request.text()); ${body} },
      warmUp(env) { return env.NAME; },
    } satisfies Handler<{ NAME: string }>;\n`;
  const folder = await project(context, {
    "handler.ts": typed("return new Response(env.NAME + idOf(ctx));"),
    "wrong.ts": typed("return new Response(env.NONE + idOf(ctx));"),
    "text.ts": typed('return "text";'),
    "own/handler.ts": typed("return new Response(env.NAME + idOf(ctx));"),
    "own/tsconfig.json": OWN_TSCONFIG,
  });
  await mkdir(join(folder, "own", "node_modules"));
  await symlink(root, join(folder, "own", "node_modules", "mayfly"));
  await checkTypes(join(folder, "handler.ts"));
  await checkTypes(join(folder, "own", "handler.ts"));
  assert.match((await failureOf(join(folder, "wrong.ts"))).message, /'NONE' does not exist/);
  assert.match((await failureOf(join(folder, "text.ts"))).message, /string/);
});

test("what the bundler reads as a text or as bytes is no missing module, what it does not find is one", async (context) => {
  const handler = `import page from "./page.html" with { type: "text" };
    import { default as bytes } from './page.html' with {type: 'bytes'};
    import text from "./page.txt";
    export default { fetch: (): Response => new Response(page + bytes + text) };\n`;
  const folder = await project(context, {
    "handler.ts": handler,
    "own/handler.ts": handler,
    "own/tsconfig.json": OWN_TSCONFIG,
    "absent.ts": `import "./page.txt";\nimport none from "./none.js";\nexport default { fetch: none };\n`,
    "typed.ts": `import text from "./page.txt";\nconst no: number = text;\nexport default { fetch: () => no };\n`,
  });
  await checkTypes(join(folder, "handler.ts"));
  await checkTypes(join(folder, "own", "handler.ts"));
  assert.match(
    (await failureOf(join(folder, "absent.ts"))).message,
    /absent\.ts:2:18: .*none\.js.*\(TS2307\)$/,
  );
  assert.match((await failureOf(join(folder, "typed.ts"))).message, /Type 'string' is not assignable/);
});

test("what the engine and the web's API have is known, although it is newer than TypeScript's year", async (context) => {
  const folder = await project(context, {
    "handler.ts": `export default {
      async fetch(): Promise<Response> {
        const { promise, resolve } = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
        resolve(Uint8Array.fromBase64("AAEC"));
        const groups = Map.groupBy([1, 2, 3], (n) => n % 2);
        const pieces = ReadableStream.from([await promise, ...new Set([groups.size]).union(new Set()).values().map(() => new Uint8Array(1))]);
        return new Response(pieces);
      },
    };\n`,
    "wrong.ts": "class None {}\nexport default { fetch: () => None.from([1]) };\n",
  });
  await checkTypes(join(folder, "handler.ts"));
  assert.match((await failureOf(join(folder, "wrong.ts"))).message, /wrong\.ts:2:31: .*typeof None/);
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
