// build-functions.test.ts: handlers become images of their own config: all or none, each once, as they were.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { buildFunctions } from "../../../src/gateway/workers/build-functions.js";
import { app, root } from "../../support/mayfly.js";

async function withHandlers(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(root, "build", "test-handlers-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const handler = (word: string) => `export default { fetch: () => new Response("${word}") };`;

test("handlers become images, each once; images stay what they are", () =>
  withHandlers(async (folder) => {
    const [one, two] = ["one", "two"].map((name) => join(folder, `${name}.ts`));
    writeFileSync(one!, handler("one"));
    writeFileSync(two!, handler("two"));
    const functions = [
      { name: "a", file: one!, memoryMiB: 32 },
      { name: "b", file: two! },
      { name: "c", file: one! },
      { name: "d", file: app("hello") },
    ];
    const built = await buildFunctions(functions);
    const [a, b, c, d] = built.functions;
    assert.deepEqual({ ...a, file: "" }, { name: "a", file: "", memoryMiB: 32 });
    assert.equal(a!.file, c!.file);
    assert.notEqual(a!.file, b!.file);
    assert.equal(d!.file, app("hello"));
    assert.equal(dirname(a!.file), built.folder);
    assert.equal(readdirSync(built.folder).length, 4, "two images and their source maps");

    const before = readFileSync(a!.file);
    writeFileSync(one!, handler("another"));
    const next = await buildFunctions(functions);
    assert.deepEqual(readFileSync(a!.file), before, "a later build leaves it as it was");
    assert.notDeepEqual(readFileSync(next.functions[0]!.file), before);

    await Promise.all([built.remove(), next.remove()]);
    assert.equal(existsSync(built.folder), false);
  }));

test("every handler that cannot be built is named, and nothing is left behind", () =>
  withHandlers(async (folder) => {
    const [broken, absent, good] = ["broken.ts", "absent.ts", "good.ts"].map((name) => join(folder, name));
    writeFileSync(broken!, "export default {");
    writeFileSync(good!, handler("good"));
    const functions = [broken, good, absent].map((file, i) => ({ name: `f${i}`, file: file! }));
    const serving = join(root, "build", "cache", "serving");
    const before = existsSync(serving) ? readdirSync(serving).length : 0;
    await assert.rejects(buildFunctions(functions), (error: Error & { code?: string; details?: string }) => {
      assert.equal(error.code, "BUILD_FAILED");
      assert.equal(error.message, "2 functions could not be built");
      assert.match(error.details ?? "", /^f0: .*broken\.ts:1:\d+[\s\S]*^f2: .*absent\.ts/m);
      return true;
    });
    assert.equal(readdirSync(serving).length, before);
    await assert.rejects(buildFunctions([functions[2]!]), { message: /^f2: handler .*absent\.ts/ });
  }));
