// stack.test.ts: what a handler throws is told with the TypeScript file, line and column that it was thrown at.
import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { buildFunction } from "../../src/build/function/build-function.js";
import { FetchFunction } from "../../src/function/function.js";
import type { FunctionError } from "../../src/function/function-error.js";
import { readApplication } from "../../src/image/application.js";
import { ConsoleCollector, loadImage } from "../../src/index.js";
import { findSourceMap, loadSourceMap } from "../../src/source-map/load-source-map.js";
import { openSourceMap } from "../../src/source-map/stack-mapper.js";
import { machines } from "../vm/support/machines.js";
import { Guest, project, whyNoRuntime } from "./support.js";

const files = {
  "src/handler.ts": `import { check } from "./rules/check.js";
import { parse } from "said";

interface Rule { readonly name: string }

export default {
  async fetch(request: Request): Promise<Response> {
    const { url } = request;
    const rule: Rule = { name: url };
    if (url.endsWith("/part")) check("x");
    if (url.endsWith("/package")) parse(null);
    if (url.endsWith("/native")) [rule].map((each) => each.name.nothing.at(0));
    if (url.endsWith("/later")) await Promise.resolve().then(() => check("x"));
    throw new TypeError("here");
  },
};
`,
  "src/rules/check.ts": `// What follows is moved by the bundler.
type Name = string;

export function check(name: Name): void {
  const text: string = "é…😀"; if (text.length > 0) missing(name);
}

declare function missing(name: Name): void;
`,
  "node_modules/said/package.json": '{ "name": "said", "version": "1.0.0", "main": "index.js" }',
  "node_modules/said/index.js": `"use strict";
exports.parse = function read(value) {
  return value.length;
};
`,
};

/** A place in a file: behind what the line starts with. */
function placeOf(folder: string, file: keyof typeof files, before: string): string {
  const lines = files[file].split("\n");
  const line = lines.findIndex((text) => text.includes(before));
  const column = lines[line]!.indexOf(before) + before.length;
  return `${relative(process.cwd(), join(folder, file))}:${line + 1}:${column + 1}`;
}

for (const machine of machines) {
  const skip = whyNoRuntime || machine.skip;
  test(`${machine.kind}: stacks name the user's files, lines and columns`, {
    skip,
    timeout: 120_000,
  }, async (context) => {
    const folder = await project(context, files);
    const output = join(folder, "out", "handler.img");
    await buildFunction({ source: join(folder, "src", "handler.ts"), output });
    const image = await loadImage(output);
    const mapper = (await loadSourceMap(output, image))!;
    await using monitor = machine.open();
    const console = new ConsoleCollector(1 << 20);
    const guest = new Guest(
      monitor.create(image, { console: console.sink, limits: { memoryMiB: 32 } }),
      console,
    );
    const stackOf = async (target: string): Promise<string[]> => {
      const { status, text } = await guest.ask(target);
      assert.equal(status, 500);
      return mapper
        .map((JSON.parse(text) as { error: { stack: string } }).error.stack)
        .trimEnd()
        .split("\n");
    };
    const inHandler = (before: string) => placeOf(folder, "src/handler.ts", before);

    const check = `    at check (${placeOf(folder, "src/rules/check.ts", "(text.length > 0) ")})`;
    assert.deepEqual(await stackOf("/part"), [check, `    at fetch (${inHandler('endsWith("/part")) ')})`]);
    const inPackage = await stackOf("/package");
    assert.equal(inPackage[0], `    at read (${placeOf(folder, "node_modules/said/index.js", "return ")})`);
    // The engine's column of a call is that of what was evaluated last before it: here the argument.
    assert.equal(inPackage[1], `    at fetch (${inHandler('endsWith("/package")) parse(')})`);
    const native = await stackOf("/native");
    assert.match(native[0]!, /^ {4}at <anonymous> \(.*src\/handler\.ts:12:\d+\)$/);
    assert.equal(native[1], "    at map (native)");
    assert.match(native[2]!, /^ {4}at fetch \(.*src\/handler\.ts:12:\d+\)$/);
    assert.equal((await stackOf("/later"))[0], check);
    assert.match((await stackOf("/"))[0]!, /^ {4}at fetch \(.*src\/handler\.ts:14:\d+\)$/);
    // The console has the same.
    assert.ok(mapper.map(guest.console).includes(`ReferenceError: missing is not defined\n${check}\n`));
    await guest.vm.close();
  });
}

for (const { kind, skip } of machines) {
  test(`${kind}: the library's errors and consoles name them, too, from the first line of a module on`, {
    skip: whyNoRuntime || skip,
    timeout: 120_000,
  }, async (context) => {
    const folder = await project(context, {
      ...files,
      "src/early.ts": `import "./rules/early.js";\nexport default { fetch: () => new Response("never") };\n`,
      "src/rules/early.ts": `interface None {}\nconst none = undefined as unknown as { length: number };\nconsole.log(none.length);\n`,
    });
    const said: string[] = [];
    const console = (bytes: Uint8Array): void => void said.push(Buffer.from(bytes).toString());
    const load = async (name: string): Promise<FetchFunction> => {
      const output = join(folder, `${name}.img`);
      await buildFunction({ source: join(folder, "src", `${name}.ts`), output });
      return FetchFunction.load(output, { machine: kind });
    };
    await using fn = await load("handler");
    const first = `    at check (${placeOf(folder, "src/rules/check.ts", "(text.length > 0) ")})`;
    await assert.rejects(fn.fetch("http://x/part", { console }), (error: FunctionError) => {
      assert.equal(error.code, "FUNCTION_THREW");
      assert.equal(error.details?.split("\n")[0], first);
      assert.equal(error.thrown?.stack, error.details);
      return true;
    });
    assert.ok(said.join("").includes(first));
    await assert.rejects(load("early"), (error: FunctionError) => {
      assert.equal(error.code, "FUNCTION_NOT_STARTED");
      assert.match(error.message, /its module threw TypeError: .*, at .*src\/rules\/early\.ts:3:13$/);
      assert.match(error.details!, /^ {4}at <anonymous> \(.*src\/rules\/early\.ts:3:13\)$/);
      return true;
    });
  });
}

for (const { kind, skip } of machines) {
  test(`${kind}: errors inside others have the user's places, too, wherever a console shows them`, {
    skip: whyNoRuntime || skip,
    timeout: 120_000,
  }, async (context) => {
    const folder = await project(context, {
      "nested.ts": `function deep(): Error { return new TypeError("deep"); }
export default {
  fetch(): Response {
    const outer = new Error("outer", { cause: deep() });
    console.error(outer);
    console.error({ outer });
    console.error("list", [deep()], "end");
    console.error(new AggregateError([deep(), deep()], "both"));
    console.error(outer.stack);
    return new Response();
  },
};
`,
    });
    const output = join(folder, "nested.img");
    await buildFunction({ source: join(folder, "nested.ts"), output });
    const said: string[] = [];
    const console = (bytes: Uint8Array): void => void said.push(Buffer.from(bytes).toString());
    await using fn = await FetchFunction.load(output, { machine: kind });
    await fn.fetch("http://x/", { console });
    const text = said.join("");
    assert.doesNotMatch(text, /bundle\.js|mayfly[:)]/);
    const file = relative(process.cwd(), join(folder, "nested.ts"));
    assert.equal(text.split(`at deep (${file}:1:`).length - 1, 5, text);
    assert.match(text, /^error: {5}at fetch \(.*nested\.ts:4:\d+\)$/m);
    assert.match(text, /^ {6}at fetch \(.*nested\.ts:7:\d+\)\]\n\] end$/m);
  });
}

test("a source map of another build is not used, and one that is missing is missed", {
  skip: whyNoRuntime,
}, async (context) => {
  const folder = await project(context, files);
  const output = join(folder, "handler.img");
  await buildFunction({ source: join(folder, "src", "handler.ts"), output });
  const image = await loadImage(output);
  const application = readApplication(image)!;
  const path = `${output}.map`;
  const json = await readFile(path, "utf8");
  assert.deepEqual(await findSourceMap(output, application), { path, state: "present", json });
  await writeFile(path, json.replace("src/handler.ts", "src/another.ts"));
  assert.deepEqual(await findSourceMap(output, application), { path, state: "foreign" });
  assert.equal(await loadSourceMap(output, image), undefined);
  await rm(path);
  assert.deepEqual(await findSourceMap(output, application), { path, state: "missing" });
  assert.equal(await loadSourceMap(output, image), undefined);
});

test("every line of a bundle comes from the line that it was made of", {
  skip: whyNoRuntime,
}, async (context) => {
  const folder = await project(context, {
    "handler.js": `${Array.from({ length: 40 }, (_, at) => `export const a${at} = () => missing${at}();\nkeep(a${at});`).join("\n")}\nexport default { fetch() {} };`,
  });
  const output = join(folder, "handler.img");
  await buildFunction({ source: join(folder, "handler.js"), output });
  const mapper = openSourceMap(await readFile(`${output}.map`, "utf8"), folder);
  const file = relative(process.cwd(), join(folder, "handler.js"));
  // The bundle has a comment before the file's first line.
  for (let line = 0; line < 80; line++)
    assert.equal(
      mapper.map(`    at f (handler.bundle.js:${line + 2}:1)`),
      `    at f (${file}:${line + 1}:${line % 2 === 0 ? 8 : 1})`,
    );
});
