// handlers.test.ts: every handler that the docs and the examples show passes --check as it stands.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkTypes } from "../../src/build/type-check/check-types.js";
import { root } from "../support/mayfly.js";
import { fencedPrograms } from "./fenced-programs.js";

const folder = mkdtempSync(join(tmpdir(), "mayfly-handlers-"));
mkdirSync(join(folder, "node_modules"));
symlinkSync(join(root, "node_modules", "hono"), join(folder, "node_modules", "hono"));
after(() => rmSync(folder, { recursive: true }));

const pages = [
  "README.md",
  "docs/functions.md",
  "docs/configuration.md",
  "docs/library.md",
  "examples/README.md",
];
const handlers = pages.flatMap((page) =>
  fencedPrograms(readFileSync(join(root, page), "utf8"))
    .filter(({ language, source }) => language === "ts" && source.includes("export default {"))
    .map(({ line, source }) => ({ page, line, source })),
);

test("the docs show handlers", () => {
  assert.ok(handlers.some(({ page }) => page === "README.md"));
  assert.ok(handlers.filter(({ page }) => page === "docs/functions.md").length >= 4);
});

for (const { page, line, source } of handlers)
  test(`the handler of ${page}, line ${line}, has no mistake in its types`, async () => {
    const file = join(folder, `${page.replaceAll("/", "-")}-${line}.ts`);
    writeFileSync(file, source);
    await checkTypes(file);
  });

for (const example of [
  "functions/greet.ts",
  "hello/hello.ts",
  "routes/users/[id].ts",
  "routes/files/[...rest].ts",
])
  test(`the example ${example} has no mistake in its types`, async () => {
    const file = join(folder, example.replaceAll("/", "-"));
    writeFileSync(file, readFileSync(join(root, "examples", example)));
    await checkTypes(file);
  });
