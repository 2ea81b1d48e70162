// build-cached.test.ts: images that have no file of their user's go when their handlers are gone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { project, whyNoRuntime } from "./support.js";

const MODULE = new URL("../../src/build/function/build-cached.js", import.meta.url).href;
const HANDLER = { "handler.js": 'export default { fetch: () => new Response("hello") };' };

/** Builds a handler in a process of its own, as each command does. */
function built(folder: string): string {
  const program = `
    const { buildCached } = await import(${JSON.stringify(MODULE)});
    console.log((await buildCached(${JSON.stringify(join(folder, "handler.js"))})).output);`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", program], { encoding: "utf8" });
  return said.trim();
}

test("an image lies where it lay before while there is its handler, and goes when another one comes", {
  skip: whyNoRuntime,
  timeout: 60_000,
}, async (context: TestContext) => {
  const [first, second] = [await project(context, HANDLER), await project(context, HANDLER)];
  const image = built(first);
  assert.equal(built(first), image);
  const other = built(second);
  assert.ok(existsSync(image), "its handler is there");
  await rm(first, { recursive: true });
  built(await project(context, HANDLER));
  assert.deepEqual([existsSync(image), existsSync(other)], [false, true]);
});
