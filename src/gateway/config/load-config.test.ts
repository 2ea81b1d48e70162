// load-config.test.ts: a handler, a directory of handlers, and configurations in JSON, TypeScript and JavaScript.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { MayflyError } from "../../errors.js";
import { type LoadedConfig, loadServeConfig } from "./load-config.js";

/** A folder with these files, for one test. */
async function withFiles(
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mayfly-load-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function refusal(path: string): Promise<MayflyError> {
  const error = await loadServeConfig(path).then(
    () => assert.fail(`${path}: got a config, expected a refusal`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof MayflyError && error.code === "CONFIG_INVALID", String(error));
  return error;
}

/** "/users/[id]": "users/[id].ts" */
function routesOf({ config }: LoadedConfig, folder: string): Record<string, string> {
  const files = new Map(config.functions.map(({ name, file }) => [name, file.slice(folder.length + 1)]));
  return Object.fromEntries(
    config.routes.map(({ path, target }) => [
      path,
      target.kind === "function" ? files.get(target.name)! : "",
    ]),
  );
}

test("a handler answers every path", () =>
  withFiles({ "hello.ts": "" }, async (folder) => {
    const loaded = await loadServeConfig(join(folder, "hello.ts"));
    assert.deepEqual(routesOf(loaded, folder), { "/*": "hello.ts" });
    assert.equal(loaded.config.functions[0]?.name, "hello");
    assert.deepEqual(loaded.sources, [join(folder, "hello.ts")]);
  }));

test("a directory's files are its routes", () =>
  withFiles(
    {
      "index.ts": "",
      "about.js": "",
      "users/index.mjs": "",
      "users/[id].tsx": "",
      "users/[id]/posts.ts": "",
      "files/[...rest].ts": "",
      "a b/ü@$.ts": "",
      "_shared.ts": "",
      "_lib/x.ts": "",
      ".hidden.ts": "",
      "types.d.ts": "",
      "README.md": "",
      "node_modules/p/index.js": "",
      "users/_private/x.ts": "",
    },
    async (folder) => {
      symlinkSync(folder, join(folder, "loop"));
      symlinkSync(join(folder, "about.js"), join(folder, "linked.js"));
      const loaded = await loadServeConfig(folder);
      assert.deepEqual(routesOf(loaded, folder), {
        "/a%20b/%C3%BC@$": "a b/ü@$.ts",
        "/about": "about.js",
        "/files/[...rest]": "files/[...rest].ts",
        "/": "index.ts",
        "/linked": "linked.js",
        "/users/[id]": "users/[id].tsx",
        "/users/[id]/posts": "users/[id]/posts.ts",
        "/users": "users/index.mjs",
      });
      assert.equal(loaded.config.name, folder);
      assert.deepEqual(loaded.sources, [folder]);
    },
  ));

test("every mistake of a directory is told", () =>
  withFiles(
    {
      "users.ts": "",
      "users/index.ts": "",
      "x/[id": "",
      "x/[id.ts": "",
      "[...a]/b.ts": "",
      "[x]/[x].ts": "",
    },
    async (folder) => {
      const name = 'a name such as "users/[id].ts" or "files/[...rest].ts"';
      assert.deepEqual((await refusal(folder)).message.split("\n  "), [
        `${folder}: 4 mistakes`,
        `directory: got "[...a]/b.ts", expected ${name}`,
        `directory: got "[x]/[x].ts", expected ${name}`,
        `directory: got "x/[id.ts", expected ${name}`,
        'directory: got "users.ts" for /users, expected a path that no other route has: users/index.ts answers the same',
      ]);
    },
  ));

test("a directory without handlers is a mistake", () =>
  withFiles({ "_x.ts": "" }, async (folder) => {
    assert.equal(
      (await refusal(folder)).message,
      `${folder}: directory: got a directory without handlers, expected a file such as "index.ts" or "users/[id].ts"`,
    );
  }));

const HANDLERS = { "index.ts": "", "users/[id].ts": "" };

for (const name of ["mayfly.json", "mayfly.config.json"]) {
  test(`a directory's own ${name} goes before its handlers`, () =>
    withFiles(
      { ...HANDLERS, [name]: '{ "routes": [{ "path": "/x", "function": "index.ts" }] }' },
      async (folder) => {
        const loaded = await loadServeConfig(folder);
        assert.deepEqual(routesOf(loaded, folder), { "/x": "index.ts" });
        assert.equal(loaded.config.name, join(folder, name));
        assert.deepEqual(loaded.sources, [join(folder, name)]);
      },
    ));
}

const CONFIG = `import { defineConfig, type MayflyConfig } from "mayfly";
import { port } from "./_shared/port.js";
const listen: MayflyConfig["listen"] = { port };
export default defineConfig({
  listen,
  directory: ".",
  functions: { "users/[id]": { env: { HERE: import.meta.url } } },
});
`;

test("a configuration in TypeScript is bundled and imported, wherever it lies", () =>
  withFiles(
    { ...HANDLERS, "mayfly.config.ts": CONFIG, "_shared/port.ts": "export const port: number = 81;" },
    async (folder) => {
      const loaded = await loadServeConfig(join(folder, "mayfly.config.ts"));
      assert.equal(loaded.config.listen.port, 81);
      assert.deepEqual(routesOf(loaded, folder), { "/": "index.ts", "/users/[id]": "users/[id].ts" });
      const users = loaded.config.functions.find(({ name }) => name === "users/[id]");
      assert.deepEqual(users?.env, { HERE: `file://${folder}/mayfly.config.ts` });
      const sources = ["_shared/port.ts", "mayfly.config.ts", "."].map((name) => join(folder, name));
      assert.deepEqual([...loaded.sources].sort(), sources.sort());
    },
  ));

test("a configuration that changed is loaded anew", () =>
  withFiles(
    { ...HANDLERS, "mayfly.config.mjs": "export default { directory: '.', listen: { port: 1 } };" },
    async (folder) => {
      const path = join(folder, "mayfly.config.mjs");
      assert.equal((await loadServeConfig(path)).config.listen.port, 1);
      writeFileSync(path, "export default { directory: '.', listen: { port: 2 } };");
      assert.equal((await loadServeConfig(path)).config.listen.port, 2);
    },
  ));

test("a configuration may use packages, Node's own modules, CommonJS and await", () =>
  withFiles(
    {
      ...HANDLERS,
      "node_modules/esm/package.json": '{ "name": "esm", "type": "module", "exports": "./port.js" }',
      "node_modules/esm/port.js": "export const port = 7;",
      "node_modules/cjs/index.js": "exports.host = require('node:os').EOL && '::1';",
      "old.config.js":
        "const { host } = require('cjs'); module.exports = { directory: '.', listen: { host } };",
      "new.config.mts":
        "import { port } from 'esm'; import * as path from 'node:path'; export default await Promise.resolve({ directory: path.resolve(import.meta.dirname), listen: { port } });",
    },
    async (folder) => {
      assert.equal((await loadServeConfig(join(folder, "new.config.mts"))).config.listen.port, 7);
      assert.equal((await loadServeConfig(join(folder, "old.config.js"))).config.listen.host, "::1");
    },
  ));

for (const [name, source, message, details] of [
  [
    "does not compile",
    "export default {\n  routes: [,\n",
    /^building .*mayfly\.config\.ts:3:1: Unexpected end of file/,
    /routes|\|/,
  ],
  [
    "imports what is not there",
    'import "./nothing.js"; export default {};',
    /Could not resolve "\.\/nothing\.js"/,
    /nothing/,
  ],
  [
    "throws",
    "function fail(): never {\n  throw new Error('no luck');\n}\nfail();\nexport default {};",
    /mayfly\.config\.ts: it threw while it was loaded: Error: no luck$/,
    /mayfly\.config\.ts:2:\d+/,
  ],
  [
    "exports nothing",
    "export const x = 1;",
    /mayfly\.config\.ts: got a module without a default export, expected one$/,
    undefined,
  ],
  [
    "exports a mistake",
    "export default { routes: 7 };",
    /mayfly\.config\.ts: routes: got 7, expected a list of routes$/,
    undefined,
  ],
] as const) {
  test(`a configuration that ${name} is refused with its place`, () =>
    withFiles({ "mayfly.config.ts": source }, async (folder) => {
      const error = await refusal(join(folder, "mayfly.config.ts"));
      assert.match(error.message, message);
      if (details === undefined) assert.equal(error.details, undefined);
      else assert.match(error.details ?? error.message, details);
    }));
}

test("what is not there is refused by name, with a mend", async () => {
  const error = await refusal("/nowhere/hello.ts");
  assert.equal(error.message, "serve /nowhere/hello.ts: there is no such file or directory");
  assert.match(error.mend ?? "", /mayfly serve/);
});
