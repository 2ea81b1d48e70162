// build-functions.test.ts: handlers become images of their own config: all or none, each once, as they were.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { parseServeConfig } from "../../../src/gateway/config/parse-config.js";
import type { ServeConfig } from "../../../src/gateway/config/serve-config.js";
import { buildFunctions } from "../../../src/gateway/service/build-functions.js";
import { Service } from "../../../src/gateway/service/service.js";
import { app, root } from "../../support/mayfly.js";

async function withHandlers(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(root, "build", "test-handlers-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function configOf(functions: Record<string, string>): ServeConfig {
  const routes = Object.keys(functions).map((name) => ({ path: `/${name}`, function: name }));
  return parseServeConfig({ functions, routes }, { name: "test" });
}

const handler = (word: string) => `export default { fetch: () => new Response("${word}") };`;

test("handlers become images, each once; images stay what they are", () =>
  withHandlers(async (folder) => {
    const [one, two] = ["one", "two"].map((name) => join(folder, `${name}.ts`));
    writeFileSync(one!, handler("one"));
    writeFileSync(two!, handler("two"));
    const config = configOf({ a: one!, b: two!, c: one!, d: app("hello") });
    const built = await buildFunctions(config);
    const [a, b, c, d] = built.functions;
    assert.deepEqual({ ...a, file: one }, { ...config.functions[0], source: one });
    assert.deepEqual(new Set(built.inputs), new Set([one, two]));
    assert.equal(a!.file, c!.file);
    assert.notEqual(a!.file, b!.file);
    assert.equal(d!.file, resolve(app("hello")));
    assert.equal(dirname(a!.file), built.folder);
    assert.equal(readdirSync(built.folder!).length, 4, "two images and their source maps");

    const before = readFileSync(a!.file);
    writeFileSync(one!, handler("another"));
    const next = await buildFunctions(config);
    assert.deepEqual(readFileSync(a!.file), before, "a later build leaves it as it was");
    assert.notDeepEqual(readFileSync(next.functions[0]!.file), before);

    await Promise.all([built.remove(), next.remove()]);
    assert.equal(existsSync(built.folder!), false);
  }));

test("handlers that cannot be built are told with a configuration's other mistakes", () =>
  withHandlers(async (folder) => {
    writeFileSync(join(folder, "broken.ts"), "export default {");
    writeFileSync(join(folder, "worse.ts"), "import './nowhere.js';");
    writeFileSync(join(folder, "good.ts"), handler("good"));
    const functions = {
      broken: "broken.ts",
      good: "good.ts",
      worse: { file: "worse.ts", idle: "soon" },
      absent: "absent.ts",
    };
    const config = join(folder, "mayfly.json");
    writeFileSync(
      config,
      JSON.stringify({ workers: 0, functions, routes: [{ path: "/", function: "good" }] }),
    );
    await assert.rejects(Service.start(config, { allowProcessIsolation: true }), (error: Error) => {
      const found = error.message.split(/\n {2}(?=\S)/).map((mistake) => mistake.split(": ")[0]);
      assert.deepEqual(found.slice(1), [
        "workers",
        "functions.worse.idle",
        "functions.absent.file",
        "functions.broken",
        "functions.worse",
      ]);
      return true;
    });
  }));

test("every handler that cannot be built is named, and nothing is left behind", () =>
  withHandlers(async (folder) => {
    const [broken, absent, good] = ["broken.ts", "absent.ts", "good.ts"].map((name) => join(folder, name));
    writeFileSync(broken!, "export default {");
    writeFileSync(good!, handler("good"));
    const config = configOf({ f0: broken!, f1: good!, f2: absent! });
    const serving = join(folder, "serving");
    await assert.rejects(buildFunctions(config, undefined, serving), {
      code: "CONFIG_INVALID",
      message:
        /^test: 2 mistakes\n {2}functions\.f0: .*broken\.ts:1:\d+[\s\S]*^ {2}functions\.f2: .*absent\.ts/m,
    });
    assert.deepEqual(readdirSync(serving), []);
    await assert.rejects(buildFunctions(configOf({ f: absent! })), {
      message: /^test: functions\.f: handler .*absent\.ts/,
    });
  }));

test("images need no place to be built, and where handlers have none it is said how to give them one", () =>
  withHandlers(async (folder) => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    const place = join(file, "serving");
    const images = await buildFunctions(configOf({ a: app("hello") }), undefined, place);
    assert.equal(images.folder, undefined);
    await images.remove();

    const one = join(folder, "one.ts");
    writeFileSync(one, handler("one"));
    await assert.rejects(buildFunctions(configOf({ a: one }), undefined, place), {
      code: "BUILD_FAILED",
      message: /^no place for images in .*serving: ENOTDIR$/,
      mend: /XDG_CACHE_HOME/,
    });
  }));
