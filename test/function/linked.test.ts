// linked.test.ts: a handler may be a symbolic link, as in mounted configurations and in deployments: its file is built, and what lies beside that.
import assert from "node:assert/strict";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { buildFunction } from "../../src/build/function/build-function.js";
import { mayfly, noMachine } from "../support/mayfly.js";
import { project, whyNoRuntime } from "./support.js";

/** A folder in which `link.ts` leads to a handler by way of a further link, as Kubernetes mounts a ConfigMap. */
async function mounted(context: TestContext, handler: string): Promise<string> {
  const folder = await project(context, {
    "..1/handler.ts": handler,
    "..1/word.ts": 'export const word: string = "linked";\n',
  });
  await symlink("..1", join(folder, "..data"));
  await symlink("..data/handler.ts", join(folder, "link.ts"));
  return folder;
}

const handler =
  'import { word } from "./word.ts";\nexport default { fetch: (): Response => new Response(word) };\n';

test("a link is built, its types are checked, and it is one of the files that the image is made of", {
  skip: whyNoRuntime,
}, async (context) => {
  const folder = await mounted(context, handler);
  const source = join(folder, "link.ts");
  const { inputs } = await buildFunction({ source, output: join(folder, "link.img"), check: true });
  assert.deepEqual(
    [...inputs].sort(),
    ["..1/handler.ts", "..1/word.ts", "link.ts"].map((name) => join(folder, name)),
  );
});

test("a link without a default export is told so, and one in a linked folder is a handler like any other", {
  skip: whyNoRuntime,
}, async (context) => {
  const none = await mounted(context, "export const fetch = 1;");
  const output = join(none, "out.img");
  await assert.rejects(buildFunction({ source: join(none, "link.ts"), output }), {
    code: "BUILD_FAILED",
    message: /link\.ts: got a module without a default export/,
  });
  const well = await mounted(context, handler);
  await buildFunction({ source: join(well, "..data", "handler.ts"), output });
});

test("mayfly invoke answers by a link", { skip: whyNoRuntime || noMachine() }, async (context) => {
  const folder = await mounted(context, handler);
  const { stdout, stderr } = await mayfly("invoke", join(folder, "link.ts"));
  assert.deepEqual({ stdout, stderr }, { stdout: "linked", stderr: "" });
});
